"""What lies in a job's container before it starts: configuration files and environment variables. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from brickline.baseplate.brick import Shape

CONFIG = "/opt/ml/input/config"
DATA = "/opt/ml/input/data"
PROCESSING_CONFIG = "/opt/ml/config"
DEFAULT_CHECKPOINTS = "/opt/ml/checkpoints"
CODE_ARCHIVE = "/opt/ml/input/sourcedir.tar.gz"
"""Where the archive of `sagemaker_submit_directory` is put for the training and inference toolkits."""
CODE_ARCHIVE_VARIABLE = "BRICKLINE_SOURCE_ARCHIVE"
"""Tells them that it is there."""

_GROUP = "homogeneousCluster"


def host_names(count: int) -> tuple[str, ...]:
    return tuple(f"algo-{number}" for number in range(1, count + 1))


def groups_of(resources: Shape) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, instance type and hosts of each instance group; without groups, one that has all hosts."""
    groups = resources.get("InstanceGroups")
    if not groups:
        count = resources.get("InstanceCount", 1)
        return [(_GROUP, resources.get("InstanceType", "ml.m5.xlarge"), host_names(count))]
    hosts = iter(host_names(sum(group["InstanceCount"] for group in groups)))
    return [
        (group["InstanceGroupName"], group["InstanceType"], tuple(next(hosts) for _ in range(group["InstanceCount"])))
        for group in groups
    ]


def resource_config(resources: Shape, host: str) -> Shape:
    """resourceconfig.json as `host` sees it."""
    groups = groups_of(resources)
    name, instance_type, _ = next(group for group in groups if host in group[2])
    return {
        "current_host": host,
        "current_instance_type": instance_type,
        "current_group_name": name,
        "hosts": [one for group in groups for one in group[2]],
        "instance_groups": [
            {"instance_group_name": name, "instance_type": kind, "hosts": list(hosts)} for name, kind, hosts in groups
        ],
        # Hosts have addresses of the loopback: libraries that are told an interface must use that one.
        "network_interface_name": "lo",
    }


def training_files(document: Shape, host: str) -> dict[str, str]:
    """The files of /opt/ml/input/config of a training job's host."""
    files: dict[str, Any] = {
        "hyperparameters": document.get("HyperParameters", {}),
        "inputdataconfig": {channel["ChannelName"]: _channel(document, channel) for channel in channels(document)},
        "resourceconfig": resource_config(document.get("ResourceConfig", {}), host),
        "trainingjobinfo": {
            "TrainingJobName": document["TrainingJobName"],
            "TrainingJobArn": document["TrainingJobArn"],
        },
    }
    if checkpoints := document.get("CheckpointConfig"):
        files["checkpointconfig"] = {"LocalPath": DEFAULT_CHECKPOINTS, **checkpoints}
    if definitions := document["AlgorithmSpecification"].get("MetricDefinitions"):
        files["metric-definition-regex"] = definitions
    return {f"{CONFIG}/{name}.json": json.dumps(content) for name, content in files.items()}


def channels(document: Shape) -> Sequence[Shape]:
    return document.get("InputDataConfig") or ()


def input_mode(document: Shape, channel: Shape) -> str:
    return str(channel.get("InputMode") or document["AlgorithmSpecification"].get("TrainingInputMode", "File"))


def _channel(document: Shape, channel: Shape) -> Shape:
    source = channel["DataSource"].get("S3DataSource", {})
    shown = {
        "TrainingInputMode": input_mode(document, channel),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    return shown | ({"ContentType": channel["ContentType"]} if "ContentType" in channel else {})


def training_environment(document: Shape) -> dict[str, str]:
    """What the platform sets for a training job, besides credentials and addresses."""
    return {"TRAINING_JOB_NAME": document["TrainingJobName"], "TRAINING_JOB_ARN": document["TrainingJobArn"]}


def processing_files(document: Shape, host: str) -> dict[str, str]:
    """The files of /opt/ml/config of a processing job's host."""
    shown = (
        "ProcessingJobArn",
        "ProcessingJobName",
        "AppSpecification",
        "Environment",
        "ProcessingInputs",
        "ProcessingOutputConfig",
        "ProcessingResources",
        "RoleArn",
        "StoppingCondition",
        "NetworkConfig",
        "ExperimentConfig",
    )
    job = {"Environment": {}, "ProcessingInputs": [], **{name: document[name] for name in shown if name in document}}
    cluster = document["ProcessingResources"]["ClusterConfig"]
    files: Mapping[str, Shape] = {"processingjobconfig": job, "resourceconfig": resource_config(cluster, host)}
    return {f"{PROCESSING_CONFIG}/{name}.json": json.dumps(content) for name, content in files.items()}


def processing_environment(document: Shape) -> dict[str, str]:
    return {"PROCESSING_JOB_NAME": document["ProcessingJobName"], "PROCESSING_JOB_ARN": document["ProcessingJobArn"]}


def host_addresses(job_id: int, hosts: Sequence[str]) -> dict[str, str]:
    """A loopback address for each host; jobs at work at the same time have different ones.

    Alone, a host is 127.0.0.1. Of several, each has one of 127.16.0.1 to 127.255.255.254, so that they can all open the
    same port.
    """
    if len(hosts) == 1:
        return {hosts[0]: "127.0.0.1"}
    first = job_id * 128  # more hosts than a job can have
    return {host: _loopback(first + number) for number, host in enumerate(hosts)}


def _loopback(number: int) -> str:
    within = number % (240 * 256 * 254)
    return f"127.{16 + within // (256 * 254)}.{within // 254 % 256}.{within % 254 + 1}"
