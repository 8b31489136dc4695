"""What a training job is told: the files below /opt/ml/input/config, read as the training toolkit reads them.

The names and formats of the `SM_*` variables and of the script's arguments are those of sagemaker-training 5.x, which
the framework images use with the SDK's script mode.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PREFIX = "sagemaker_"
_RESERVED = (
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "default_user_module_name",
    "_tuning_objective_metric",
    "sagemaker_s3_output",
)
"""Hyperparameters that are the toolkit's own; others that start with `sagemaker_` are the framework's."""

_DISTRIBUTIONS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)


class Folders:
    """The places of the container contract, below `base` (/opt/ml)."""

    def __init__(self, base: Path) -> None:
        self.code = base / "code"
        self.model = base / "model"
        self.input = base / "input"
        self.config = self.input / "config"
        self.data = self.input / "data"
        self.output = base / "output"
        self.output_data = self.output / "data"
        self.intermediate = self.output / "intermediate"

    @staticmethod
    def of_this_job() -> Folders:
        return Folders(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))


class TrainingEnvironment:
    """One job's hyperparameters, channels and hosts. `variables` are the process's environment variables."""

    def __init__(self, folders: Folders, variables: Mapping[str, str]) -> None:
        self.folders = folders
        self.resources: dict[str, Any] = read_json(folders.config / "resourceconfig.json")
        self.channels: dict[str, Any] = read_json(folders.config / "inputdataconfig.json")
        given = decoded(read_json(folders.config / "hyperparameters.json"))
        self.hyperparameters = {name: value for name, value in given.items() if not _is_toolkit_own(name)}
        self.framework_parameters = {
            name: value for name, value in given.items() if name.startswith(_PREFIX) and name not in _RESERVED
        }
        self.entry_point: str | None = variables.get("SAGEMAKER_PROGRAM") or given.get("sagemaker_program")
        self.code_location = str(given.get("sagemaker_submit_directory", folders.code))
        self.log_level = given.get("sagemaker_container_log_level", 20)
        self.region = str(given.get("sagemaker_region") or variables.get("AWS_REGION", ""))
        self.toolkit_job_name = str(given.get("sagemaker_job_name", ""))
        self.job_name = variables.get("TRAINING_JOB_NAME")
        self.framework_module = variables.get("SAGEMAKER_TRAINING_MODULE")
        self.hosts: list[str] = self.resources["hosts"]
        self.current_host: str = self.resources["current_host"]
        self.groups: list[dict[str, Any]] = self.resources.get("instance_groups", [])
        self.current_group = self.resources.get("current_group_name", "homogeneousCluster")

    @property
    def distribution_groups(self) -> list[str]:
        """The instance groups that a distributed launcher runs on."""
        named: list[str] | None = self.framework_parameters.get("sagemaker_distribution_instance_groups")
        if named is not None:
            return named
        return [self.current_group] if any(self.framework_parameters.get(name) for name in _DISTRIBUTIONS) else []

    @property
    def distribution_hosts(self) -> list[str]:
        if not self.groups:
            return list(self.hosts)
        return [
            host
            for group in self.groups
            if group["instance_group_name"] in self.distribution_groups
            for host in group["hosts"]
        ]

    @property
    def master(self) -> str:
        return (self.distribution_hosts or self.hosts)[0]

    @property
    def arguments(self) -> list[str]:
        """The hyperparameters as arguments of the script."""
        return arguments_of(self.hyperparameters)

    def variables(self) -> dict[str, str]:
        """The `SM_*` variables."""
        shared = self._shared_values()
        values = {
            **shared,
            "hps": self.hyperparameters,
            "framework_params": self.framework_parameters,
            "channels": sorted(self.channels),
            "user_args": self.arguments,
            "training_env": self._document(shared),
            **{f"channel_{name}": path for name, path in self.channel_folders.items()},
            **{f"hp_{name}": value for name, value in self.hyperparameters.items()},
        }
        return {f"SM_{name.upper()}": formatted(value) for name, value in values.items()}

    @property
    def channel_folders(self) -> dict[str, str]:
        return {name: str(self.folders.data / name) for name in self.channels}

    def _document(self, shared: dict[str, Any]) -> dict[str, Any]:
        """The value of SM_TRAINING_ENV."""
        return {
            **shared,
            "hyperparameters": self.hyperparameters,
            "additional_framework_parameters": self.framework_parameters,
            "channel_input_dirs": self.channel_folders,
            "distribution_hosts": self.distribution_hosts,
            "is_master": self.current_host == self.master,
            "is_modelparallel_enabled": None,
            "is_smddpmprun_installed": False,
            "is_smddprun_installed": False,
            "job_name": self.job_name,
            "master_hostname": self.master,
            "topology": self.resources.get("topology", []),
        }

    def _shared_values(self) -> dict[str, Any]:
        """What stands under one name both among the variables and in SM_TRAINING_ENV."""
        return {**self._job_values(), **self._host_values(), **self._folder_values()}

    def _job_values(self) -> dict[str, Any]:
        return {
            "user_entry_point": self.entry_point,
            "module_name": _module_name(self.entry_point),
            "module_dir": self.code_location,
            "input_data_config": self.channels,
            "log_level": self.log_level,
            "framework_module": self.framework_module,
        }

    def _host_values(self) -> dict[str, Any]:
        named = {group["instance_group_name"]: group for group in self.groups}
        return {
            "hosts": self.hosts,
            "current_host": self.current_host,
            "current_instance_type": self.resources.get("current_instance_type", "local"),
            "current_instance_group": self.current_group,
            "current_instance_group_hosts": named.get(self.current_group, {}).get("hosts", []),
            "instance_groups": list(named),
            "instance_groups_dict": named,
            "distribution_instance_groups": self.distribution_groups,
            "is_hetero": len(named) > 1,
            "resource_config": self.resources,
            "network_interface_name": self.resources.get("network_interface_name", "eth0"),
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": self.gpus,
            "num_neurons": self.neurons,
        }

    def _folder_values(self) -> dict[str, Any]:
        return {
            "input_dir": str(self.folders.input),
            "input_config_dir": str(self.folders.config),
            "model_dir": str(self.folders.model),
            "output_dir": str(self.folders.output),
            "output_data_dir": str(self.folders.output_data),
            "output_intermediate_dir": str(self.folders.intermediate),
        }

    @property
    def gpus(self) -> int:
        return sum(line.startswith("GPU ") for line in _output_of(["nvidia-smi", "--list-gpus"]).splitlines())

    @property
    def neurons(self) -> int:
        return sum(device.get("nc_count", 0) for device in json.loads(_output_of(["neuron-ls", "-j"]) or "[]"))


def read_json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def decoded(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """Each value read as JSON where it is JSON, else as it stands: SDK v2 encodes every value, v3 no strings."""
    return {name: _decoded(value) for name, value in hyperparameters.items()}


def _decoded(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


def arguments_of(hyperparameters: Mapping[str, Any]) -> list[str]:
    """`--name value` by sorted name, `-n value` for single letters."""
    words = []
    for name in sorted(hyperparameters):
        words += [f"--{name}" if len(name) > 1 else f"-{name}", _argument(hyperparameters[name])]
    return words


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={inner}" for name, inner in sorted(value.items()))
    return "" if value is None else str(value)


def formatted(value: Any) -> str:
    """A value as an `SM_*` variable: text as it is, nothing for None, else compact JSON with sorted keys."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _is_toolkit_own(name: str) -> bool:
    return name in _RESERVED or name.startswith(_PREFIX)


def _module_name(entry_point: str | None) -> str:
    """`train` of `train.py`."""
    text = str(entry_point)
    return text[: -len(".py")] if text.endswith(".py") else text


def _output_of(command: list[str]) -> str:
    """What a program of the machine prints; empty where it is not there or fails."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
