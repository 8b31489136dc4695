"""From a container's definition to the job that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.client_environment import client_environment
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.jobs.downloads import fetch_object
from brickline.bricks.sagemaker.jobs.plan import Input, Plan, Source
from brickline.bricks.sagemaker.jobs.sandboxes import HostFolder, inside_addresses, sandbox_job
from brickline.bricks.sagemaker.jobs.sources import InputError
from brickline.bricks.sagemaker.roles import job_principal
from brickline.bricks.sagemaker.s3_uris import s3_location
from brickline.bricks.sagemaker.serving.connection import Container
from brickline.bricks.sagemaker.serving.model_data import ModelData, bring, model_data
from brickline.images.environments import BuiltEnvironment, Environments
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage
from brickline.runtimes import Job, LaunchFailed, Mount, Runtime

_CHANNEL = "/run/brickline"
_SOCKET = "http"
_SUBMIT_DIRECTORY = "SAGEMAKER_SUBMIT_DIRECTORY"
_HOST = "model"
_GIB = 1 << 30
_GRACE = 35.0
"""Seconds between SIGTERM and SIGKILL: the model server gives its requests thirty."""
_CREDENTIALS_SECONDS = 366 * 86400.0


class NotStarted(Exception):
    """A container cannot be started; the message says why to a person."""


class Say(Protocol):
    """Takes a line of the platform's own for the container's log."""

    def __call__(self, line: str, /) -> None: ...


@dataclass(frozen=True)
class Order:
    """One container to be started."""

    folder: Path
    """The job's."""
    definition: Shape
    """The ContainerDefinition, its model package resolved (`model_containers`)."""
    model: Shape
    """The model's document: name, role, network isolation."""
    token: str
    """What the job's supervisor tells the watcher: the id of the resource to wake."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that go before the definition's own (a transform job's)."""
    disk_gb: int = 30


class Containers:
    """Starts containers as jobs that outlive the server."""

    def __init__(self, baseplate: Baseplate, environments: Environments, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._environments = environments
        self._runtime = runtime

    def container(self, order: Order) -> Container:
        """The client of a container that was started, or will be."""
        return Container(_channel(order.folder) / _SOCKET)

    def start(self, context: Context, order: Order, say: Say) -> None:
        """Fill the job's folder and start it, unless it was started already. Raises NotStarted."""
        if self._runtime.state(order.folder).phase != "absent":
            return
        if order.definition.get("Mode") == "MultiModel":
            raise NotStarted("Containers of the Mode MultiModel are not there: give each model a container of its own.")
        try:
            built = self._environments.ensure(order.definition["Image"], say)
            self._runtime.prepare(built.prefix)
            plan = plan_of(order)
            self._fill(context, order, plan)
            self._runtime.start(self._job(context, order, plan, built))
        except (InputError, Refused, UnknownImage, EnvironmentFailed, LaunchFailed) as error:
            raise NotStarted(error.message if isinstance(error, Refused) else str(error)) from None

    def _fill(self, context: Context, order: Order, plan: Plan) -> None:
        folder = HostFolder(order.folder)
        folder.make(plan)
        _channel(order.folder).mkdir(exist_ok=True)
        for data in model_data(order.definition):
            bring(context, data, folder.read_only(data.name), order.disk_gb * _GIB)
        if plan.source_archive:
            fetch_object(context, s3_location(plan.source_archive), folder.place(layout.CODE_ARCHIVE))

    def _job(self, context: Context, order: Order, plan: Plan, built: BuiltEnvironment) -> Job:
        job = sandbox_job(
            plan,
            _HOST,
            HostFolder(order.folder),
            built,
            {**self._platform(context, order), **plan.environment},
            layout.host_addresses(0, plan.hosts),
            ca_bundle=self._baseplate.addresses.ca_bundle,
            notify=self._baseplate.watcher.address,
            token=order.token,
        )
        channel = Mount(_channel(order.folder), _CHANNEL, writable=True)
        limits = replace(job.limits, run_seconds=None, grace_seconds=_GRACE)
        return replace(job, mounts=(*job.mounts, channel), limits=limits)

    def _platform(self, context: Context, order: Order) -> dict[str, str]:
        """What the platform sets: the server's addresses, and credentials of the model's role."""
        role = order.model.get("ExecutionRoleArn")
        if not role:
            return {}
        principal = job_principal(context.account, role)
        credential = self._baseplate.credentials.issue(context.account, principal, _CREDENTIALS_SECONDS)
        return client_environment(inside_addresses(self._baseplate.addresses), credential, context.region)


def plan_of(order: Order) -> Plan:
    """The container in the terms of jobs. Pure."""
    variables = {**(order.definition.get("Environment") or {}), **order.variables}
    submitted = variables.get(_SUBMIT_DIRECTORY, "")
    archive = submitted if submitted.startswith("s3://") else None
    own = {"BRICKLINE_SERVE_SOCKET": f"{_CHANNEL}/{_SOCKET}"}
    if archive:
        own[layout.CODE_ARCHIVE_VARIABLE] = layout.CODE_ARCHIVE
    return Plan(
        name=order.model["ModelName"],
        arn=order.model["ModelArn"],
        image=order.definition["Image"],
        entrypoint=("serve",),
        arguments=(),
        directory="/",
        hosts=(_HOST,),
        role_arn=order.model.get("ExecutionRoleArn", ""),
        log_group="",
        max_runtime=0,
        network=not order.model.get("EnableNetworkIsolation", False),
        volume_gb=order.disk_gb,
        environment={**variables, **own},
        inputs=tuple(_input(data) for data in model_data(order.definition)),
        outputs=(),
        folders=("/opt/ml/code", "/opt/ml/model"),
        source_archive=archive,
    )


def _input(data: ModelData) -> Input:
    """As in the cloud, a model's files cannot be written to."""
    return Input(data.name, data.path, Source(data.uri), read_only=True)


def _channel(folder: Path) -> Path:
    return folder / "channel"
