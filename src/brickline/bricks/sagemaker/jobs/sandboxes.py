"""Where a job's hosts lie on disk, and the sandbox that each of them runs in."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from brickline import guest
from brickline.baseplate.client_environment import Addresses
from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.jobs.plan import Plan
from brickline.images.environments import BuiltEnvironment
from brickline.runtimes import Job, Limits, Mount, memory_share

_GUEST = Path(guest.__file__).parent
_BASE = "/opt/ml"
_CA_BUNDLE = "/opt/brickline/ca-bundle.pem"
_GIB = 1 << 30
_STOP_GRACE = 120.0


@dataclass(frozen=True)
class HostFolder:
    """One host's folder: the runtime's own files, and below `files` and `read-only` what the job sees."""

    root: Path

    def place(self, inside: str) -> Path:
        """Where a path of the job lies on this machine."""
        return self.root / "files" / inside.strip("/")

    def read_only(self, name: str) -> Path:
        """Where a read-only input's files lie, which are bound over their place in the job."""
        return self.root / "read-only" / name

    def make(self, plan: Plan) -> None:
        """Begin afresh: empty folders wherever the job expects one."""
        shutil.rmtree(self.root / "files", ignore_errors=True)
        shutil.rmtree(self.root / "read-only", ignore_errors=True)
        for inside in (_BASE, *plan.folders, *(one.path for one in plan.inputs)):
            self.place(inside).mkdir(parents=True, exist_ok=True)

    def write(self, files: Mapping[str, str]) -> None:
        for inside, text in files.items():
            path = self.place(inside)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def command_of(plan: Plan, built: BuiltEnvironment) -> tuple[str, ...]:
    """The environment's interpreter makes the job's layer, then becomes what the request or the image asks for."""
    asked = (*(built.environment.entrypoint if plan.entrypoint is None else plan.entrypoint), *plan.arguments)
    return (str(built.python), str(_GUEST / "start.py"), *asked)


def inside_addresses(addresses: Addresses) -> Addresses:
    """The server's addresses as a job reaches them: the bundle of CAs lies elsewhere in the sandbox."""
    return replace(addresses, ca_bundle=_CA_BUNDLE) if addresses.ca_bundle else addresses


def mounts_of(plan: Plan, folder: HostFolder, built: BuiltEnvironment, ca_bundle: str) -> tuple[Mount, ...]:
    outside = {one for one in _paths(plan) if not one.startswith(f"{_BASE}/")}
    return (
        Mount(folder.place(_BASE), _BASE, writable=True),
        *(Mount(folder.place(path), path, writable=True) for path in sorted(outside)),
        *(Mount(folder.read_only(one.name), one.path) for one in plan.inputs if one.read_only),
        *(Mount(path, str(path)) for path in dict.fromkeys((*built.shown, _GUEST))),
        *((Mount(Path(ca_bundle), _CA_BUNDLE),) if ca_bundle else ()),
    )


def sandbox_job(
    plan: Plan,
    host: str,
    folder: HostFolder,
    built: BuiltEnvironment,
    environment: Mapping[str, str],
    hosts: Mapping[str, str],
    ca_bundle: str,
    notify: Path,
    token: str,
) -> Job:
    """The description of a host's sandbox."""
    return Job(
        folder=folder.root,
        command=command_of(plan, built),
        environment={**built.variables, **environment},
        directory=plan.directory,
        mounts=mounts_of(plan, folder, built, ca_bundle),
        hosts=hosts,
        hostname=host,
        network=plan.network,
        limits=limits_of(plan),
        notify=notify,
        token=token,
        environment_prefix=built.prefix,
    )


def limits_of(plan: Plan) -> Limits:
    """The volume's size bounds the disk."""
    return Limits(
        memory_bytes=memory_share(),
        disk_bytes=plan.volume_gb * _GIB,
        run_seconds=plan.max_runtime,
        grace_seconds=_STOP_GRACE,
    )


def addresses_of(plan: Plan, job_id: int) -> dict[str, str]:
    return layout.host_addresses(job_id, plan.hosts)


def _paths(plan: Plan) -> list[str]:
    return [*plan.folders, *(one.path for one in plan.inputs), *(one.path for one in plan.outputs)]
