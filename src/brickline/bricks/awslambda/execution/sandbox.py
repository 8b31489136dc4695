"""The sandbox of a function's worker: what it sees, its environment, its limits."""

from __future__ import annotations

import os
from pathlib import Path

from brickline import guest
from brickline.baseplate.brick import Shape
from brickline.baseplate.client_environment import client_environment
from brickline.baseplate.house import Baseplate
from brickline.baseplate.naming import Arn
from brickline.baseplate.sessions import role_session_arn
from brickline.bricks.awslambda.configuration import python_of
from brickline.bricks.awslambda.execution.channel import OUTPUT, SOCKET
from brickline.bricks.awslambda.lookup import Target
from brickline.bricks.awslambda.packages import Packages
from brickline.images.environments import BuiltEnvironment, Environments
from brickline.runtimes import Job, Limits, Mount

SESSION_SECONDS = 12 * 3600
"""How long a worker's credentials are good for; no worker is kept longer."""

_GUEST = Path(guest.__file__).parent
_TASK_ROOT = "/var/task"
_CHANNEL = "/var/runtime/channel"
_MIB = 1 << 20
_MEMORY_HEADROOM = 1024
"""MiB above MemorySize: a function that passes its size is told so by its REPORT line, a runaway one is killed."""
_DISK_HEADROOM = 64


def image_of(runtime: str) -> str:
    """The image whose environment stands for a Lambda runtime."""
    return f"lambda-python:{python_of(runtime)}"


class Sandboxes:
    """Describes the sandboxes of workers."""

    def __init__(self, baseplate: Baseplate, environments: Environments, packages: Packages) -> None:
        self._baseplate = baseplate
        self._environments = environments
        self._packages = packages

    def job(self, target: Target, folder: Path, channel: Path, log_stream: str) -> Job:
        """Raises UnknownImage, EnvironmentFailed where the runtime's environment cannot be had."""
        configuration = target.configuration
        built = self._environments.ensure(image_of(configuration["Runtime"]), lambda _line: None)
        return Job(
            folder=folder,
            command=(str(built.python), str(_GUEST / "lambda_worker.py")),
            environment=self._variables(target, built, log_stream),
            directory=_TASK_ROOT,
            mounts=self._mounts(target, channel, built),
            hostname="169.254.76.1",
            limits=Limits(
                memory_bytes=(configuration["MemorySize"] + _MEMORY_HEADROOM) * _MIB,
                disk_bytes=(configuration["EphemeralStorage"]["Size"] + _DISK_HEADROOM) * _MIB,
                grace_seconds=0.5,
            ),
            owner_pid=os.getpid(),
            environment_prefix=built.prefix,
        )

    def _mounts(self, target: Target, channel: Path, built: BuiltEnvironment) -> tuple[Mount, ...]:
        private = target.version.private
        layers = [Mount(self._packages.merged(private["layers"]), "/opt")] if private["layers"] else []
        bundle = self._baseplate.addresses.ca_bundle
        shown = [*built.binds, _GUEST, *([Path(bundle)] if bundle else [])]
        return (
            Mount(self._packages.folder(private["package"]), _TASK_ROOT),
            Mount(channel, _CHANNEL),
            *layers,
            *(Mount(path, str(path)) for path in dict.fromkeys(shown)),
        )

    def _variables(self, target: Target, built: BuiltEnvironment, log_stream: str) -> dict[str, str]:
        configuration = target.configuration
        user: dict[str, str] = configuration.get("Environment", {}).get("Variables") or {}
        return {
            **self._client_variables(target),
            "PATH": f"{built.prefix}/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
            "LD_LIBRARY_PATH": "/var/task:/var/task/lib:/opt/lib",
            "LANG": "en_US.UTF-8",
            "PYTHONUTF8": "1",
            "TZ": ":UTC",
            **user,
            **_platform_variables(configuration, log_stream),
        }

    def _client_variables(self, target: Target) -> dict[str, str]:
        """By which the function's own calls reach this server, as the function's role."""
        account, name = target.function.account, target.function.name
        role = Arn.parse(target.configuration["Role"])
        principal = role_session_arn(role.account, role.resource.rsplit("/", 1)[-1], name)
        credential = self._baseplate.credentials.issue(account, principal, SESSION_SECONDS)
        return client_environment(self._baseplate.addresses, credential, target.function.region)


def _platform_variables(configuration: Shape, log_stream: str) -> dict[str, str]:
    logging = configuration["LoggingConfig"]
    variables = {
        "_HANDLER": configuration["Handler"],
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration['Runtime']}",
        "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_VERSION": configuration["Version"],
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging["LogGroup"],
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_LOG_FORMAT": logging["LogFormat"],
        "LAMBDA_TASK_ROOT": _TASK_ROOT,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "BRICKLINE_LAMBDA_SOCKET": f"{_CHANNEL}/{SOCKET}",
        "BRICKLINE_LAMBDA_OUTPUT": f"{_CHANNEL}/{OUTPUT}",
    }
    if "ApplicationLogLevel" in logging:
        variables["AWS_LAMBDA_LOG_LEVEL"] = logging["ApplicationLogLevel"]
    return variables
