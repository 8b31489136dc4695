"""A build's container: the sandbox that its commands run in."""

from __future__ import annotations

import shutil
from pathlib import Path

from brickline import guest
from brickline.baseplate.client_environment import client_environment
from brickline.baseplate.credentials import Credential
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.codebuild import places
from brickline.bricks.codebuild.caches import package_cache
from brickline.bricks.codebuild.places import BuildFolder
from brickline.bricks.codebuild.preparation import Prepared
from brickline.bricks.codebuild.roles import build_principal
from brickline.images.environments import BuiltEnvironment, Environments
from brickline.runtimes import Job, Limits, Mount, memory_share

_GUEST = Path(guest.__file__).parent
_GIB = 1 << 30
_GRACE_SECONDS = 2.0
"""A build that is stopped gets no time to say good-bye; what its commands catch does not matter."""
_SPARE_SECONDS = 3600.0
"""A build's credentials outlive its longest run by this."""

_DISKS = {"BUILD_GENERAL1_SMALL": 64, "BUILD_GENERAL1_MEDIUM": 128, "BUILD_GENERAL1_LARGE": 128}
_OTHER_DISK = 256
"""GiB of disk by the size of the machine: CodeBuild's user guide, build environment compute types."""

_ENGINE_SOCKETS = (Path("/var/run/docker.sock"), Path("/run/podman/podman.sock"))
_NO_ENGINE = """#!/bin/sh
echo "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2
echo "docker: this build has no container engine: {}" >&2
exit 1
"""


class Sandboxes:
    """Describes the sandboxes of builds."""

    def __init__(self, baseplate: Baseplate, environments: Environments) -> None:
        self._baseplate = baseplate
        self._environments = environments

    def job(self, build: Resource, folder: BuildFolder, seconds: float) -> Job:
        """The sandbox, which may run for so many seconds. Raises UnknownImage, EnvironmentFailed."""
        prepared = Prepared.read(folder.variables)
        built = self._environments.ensure(prepared.image, lambda _line: None)
        engine = _engine(build)
        if engine is None:
            _refuse_docker(folder, build)
        return Job(
            folder=folder.root,
            command=(str(built.python), str(_GUEST / "start.py"), "python3", str(_GUEST / "build.py"), places.PLAN),
            environment=self._variables(build, prepared, built, seconds),
            directory=places.INSIDE,
            mounts=self._mounts(build, folder, built, engine),
            hostname="codebuild",
            limits=Limits(
                memory_bytes=memory_share(),
                disk_bytes=_DISKS.get(build.document["environment"]["computeType"], _OTHER_DISK) * _GIB,
                run_seconds=seconds,
                grace_seconds=_GRACE_SECONDS,
            ),
            notify=self._baseplate.watcher.address,
            token=str(build.id),
            environment_prefix=built.prefix,
        )

    def _mounts(
        self, build: Resource, folder: BuildFolder, built: BuiltEnvironment, engine: Path | None
    ) -> tuple[Mount, ...]:
        bundle = self._baseplate.addresses.ca_bundle
        shown = [*built.shown, _GUEST, *([Path(bundle)] if bundle else [])]
        cache = package_cache(self._baseplate, build.account)
        return (
            Mount(folder.files, places.INSIDE, writable=True),
            Mount(cache, f"{places.INSIDE}/package-cache", writable=True),
            *(Mount(path, str(path)) for path in dict.fromkeys(shown)),
            *((Mount(engine, "/run/docker.sock", writable=True),) if engine else ()),
        )

    def _variables(
        self, build: Resource, prepared: Prepared, built: BuiltEnvironment, seconds: float
    ) -> dict[str, str]:
        credential = self._credential(build, seconds)
        clients = client_environment(self._baseplate.addresses, credential, build.region)
        variables = {**built.variables, **clients, **prepared.variables}
        variables["PATH"] = f"{places.TOOLS}:{variables['PATH']}"
        return variables

    def _credential(self, build: Resource, seconds: float) -> Credential:
        """Of a session of the build's role; what is called by it happens because of the build."""
        principal = build_principal(build.account, build.document["serviceRole"], build.name)
        return self._baseplate.credentials.issue(build.account, principal, seconds + _SPARE_SECONDS, build.arn)


def _engine(build: Resource) -> Path | None:
    """The machine's container engine, for builds that are privileged to use it."""
    if not build.document["environment"].get("privilegedMode") or not shutil.which("docker"):
        return None
    return next((socket for socket in _ENGINE_SOCKETS if socket.is_socket()), None)


def _refuse_docker(folder: BuildFolder, build: Resource) -> None:
    """A `docker` that says why it does nothing."""
    is_privileged = build.document["environment"].get("privilegedMode")
    why = "none runs on this machine" if is_privileged else "the project's environment is not in privilegedMode"
    tool = folder.place(places.TOOLS) / "docker"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(_NO_ENGINE.format(why))
    tool.chmod(0o755)
