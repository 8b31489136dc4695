"""The user's code of a script-mode job: unpacked to /opt/ml/code, installed, and turned into the command to run."""

from __future__ import annotations

import enum
import re
import shlex
import shutil
import socket
import tarfile
import time
import zlib
from pathlib import Path

from .failures import ClientError
from .processes import check
from .training_environment import TrainingEnvironment

ARCHIVE_VARIABLE = "BRICKLINE_SOURCE_ARCHIVE"
"""Names the file into which the platform has fetched the archive that `sagemaker_submit_directory` names on S3."""

_RELATIVE_PATH = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]+)*")
_MASTER_PORT = "7777"


def unpack(location: str, archive: str | None, folder: Path) -> None:
    """Put the code of `location` (an S3 URI whose content is in the file `archive`, a folder or a file) into `folder`.

    A folder that has something in it already stays as it is. Raises ClientError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) or location == str(folder):
        return
    is_remote = location.startswith("s3://")
    source = Path((archive or "") if is_remote else location)
    if not source.exists() or source == Path():
        raise ClientError(f"ClientError: sagemaker_submit_directory names {location}, and there is nothing there")
    if source.is_dir():
        shutil.copytree(source, folder, dirs_exist_ok=True)
    elif is_remote or tarfile.is_tarfile(source):
        _extract(source, location, folder)
    else:
        shutil.copy2(source, folder)


def _extract(archive: Path, location: str, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                # One after the other: what a link means shows only when those before it are there.
                _refuse_outside(member, location, folder)
                tar.extract(member, folder)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ClientError(
            f"ClientError: cannot unpack {location}: it is not a whole tar.gz archive ({error})"
        ) from error


def _refuse_outside(member: tarfile.TarInfo, location: str, folder: Path) -> None:
    """Raises ClientError for a member that would be written, or would point, outside of `folder`."""
    inside = folder.resolve()
    place = inside / member.name
    places = [place]
    if member.issym():
        places.append(place.parent / member.linkname)
    elif member.islnk():
        places.append(inside / member.linkname)
    if any(inside not in (resolved, *resolved.parents) for resolved in (path.resolve() for path in places)):
        raise ClientError(f"ClientError: {location} holds {member.name!r}, which lies outside of the code folder")
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        raise ClientError(f"ClientError: {location} holds {member.name!r}, which is neither a file nor a folder")


class EntryPointKind(enum.Enum):
    PACKAGE = "package"
    PROGRAM = "program"
    COMMAND = "command"


def kind_of(entry_point: str, folder: Path) -> EntryPointKind:
    """A shell script is a command whatever lies beside it; a setup.py makes everything else a package."""
    if entry_point.endswith(".sh"):
        return EntryPointKind.COMMAND
    if (folder / "setup.py").exists():
        return EntryPointKind.PACKAGE
    return EntryPointKind.PROGRAM if entry_point.endswith(".py") else EntryPointKind.COMMAND


def checked_entry_point(entry_point: str | None, folder: Path) -> str:
    """The entry point if it names a file of the code folder (a module of it, for a package). Raises ClientError."""
    hint = "set the hyperparameter 'sagemaker_program' to a path in the source directory, such as 'train.py'"
    if not entry_point:
        raise ClientError(f"ClientError: the training entry point name is empty; {hint}")
    if not _RELATIVE_PATH.fullmatch(entry_point) or {".", ".."} & set(entry_point.split("/")):
        raise ClientError(f"ClientError: the training entry point {entry_point!r} is not a plain relative path; {hint}")
    is_package = kind_of(entry_point, folder) is EntryPointKind.PACKAGE
    if not is_package and not (folder / entry_point).exists():
        there = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) or "nothing"
        raise ClientError(f"ClientError: the source archive has no entry point {entry_point!r}; it holds {there}")
    return entry_point


def install(entry_point: str, folder: Path, python: str) -> None:
    """What the code needs: the package itself, requirements.txt, or the right to run the script. Raises ClientError."""
    kind = kind_of(entry_point, folder)
    requirements = ["-r", "requirements.txt"] if (folder / "requirements.txt").exists() else []
    if kind is EntryPointKind.PACKAGE:
        check("InstallModuleError", [python, "-m", "pip", "install", ".", *requirements], folder)
    elif kind is EntryPointKind.PROGRAM and requirements:
        check("InstallRequirementsError", [python, "-m", "pip", "install", *requirements], folder)
    elif kind is EntryPointKind.COMMAND:
        (folder / entry_point).chmod(0o777)


def install_requirements(folder: Path, python: str) -> None:
    """What a model's requirements.txt names. Raises ClientError."""
    check("InstallRequirementsError", [python, "-m", "pip", "install", "-r", "requirements.txt"], folder)


def command(environment: TrainingEnvironment, entry_point: str, python: str) -> list[str]:
    """The command that runs the user's code. Raises ClientError for a launcher that is not here."""
    parameters = environment.framework_parameters
    for name in ("sagemaker_mpi_enabled", "sagemaker_distributed_dataparallel_enabled"):
        if parameters.get(name):
            raise ClientError(
                f"ClientError: {name} asks for MPI, which this environment does not have; "
                "use torch_distributed, or a script that starts its own processes"
            )
    kind = kind_of(entry_point, environment.folders.code)
    if parameters.get("sagemaker_torch_distributed_enabled"):
        return _torchrun(environment, entry_point, kind)
    if kind is EntryPointKind.PACKAGE:
        return [python, "-m", re.sub(r"\.py$", "", entry_point), *environment.arguments]
    if kind is EntryPointKind.PROGRAM:
        return [python, entry_point, *environment.arguments]
    words = " ".join(shlex.quote(word) for word in environment.arguments)
    return ["/bin/sh", "-c", f"./{shlex.quote(entry_point)} {words}"]


def _torchrun(environment: TrainingEnvironment, entry_point: str, kind: EntryPointKind) -> list[str]:
    if kind is not EntryPointKind.PROGRAM:
        raise ClientError(f"ClientError: torch_distributed runs Python scripts; {entry_point!r} is a {kind.value}")
    if not shutil.which("torchrun"):
        raise ClientError("ClientError: torch_distributed needs torchrun, and this environment has no PyTorch")
    hosts = environment.distribution_hosts
    wanted = environment.framework_parameters.get("sagemaker_mpi_num_of_processes_per_host")
    processes = wanted or environment.gpus or environment.neurons or 1
    words = ["torchrun", "--nnodes", str(len(hosts)), "--nproc_per_node", str(processes)]
    if len(hosts) > 1:
        rank = hosts.index(environment.current_host)
        words += ["--master_addr", environment.master, "--master_port", _MASTER_PORT, "--node_rank", str(rank)]
    return [*words, entry_point, *environment.arguments]


def wait_for_hosts(hosts: list[str], patience: float = 900.0) -> None:
    """Until every host's name resolves: the hosts of a cluster come up one after the other. Raises ClientError."""
    end = time.monotonic() + patience
    delay = 0.1
    for host in hosts:
        while True:
            try:
                socket.gethostbyname(host)
                break
            except OSError as error:
                if time.monotonic() + delay > end:
                    raise ClientError(f"ClientError: host {host} does not resolve: {error}") from error
                time.sleep(delay)
                delay = min(delay * 2, 30.0)
