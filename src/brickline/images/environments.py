"""Environments on disk: each is built once, by whichever process comes first, and shared by all jobs."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from brickline.baseplate.settings import Settings
from brickline.images import interpreters
from brickline.images.catalogue import Catalogue, Image
from brickline.images.indexes import Indexes
from brickline.images.installer import EnvironmentFailed, Installer, Log
from brickline.images.resolve import Environment, resolve

_READY = "brickline.json"
"""The last file of a build: an environment without it is half-built, and is built anew."""


@dataclass(frozen=True)
class BuiltEnvironment:
    """A virtual environment that is ready for jobs."""

    environment: Environment
    prefix: Path
    python: Path
    binds: tuple[Path, ...]
    """Host paths that a sandbox must show (read-only is enough), at the same place, for `python` to run."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """What is installed: name -> version."""

    @property
    def framework(self) -> str:
        return self.environment.framework

    @property
    def variables(self) -> dict[str, str]:
        """Those of its jobs; pip and uv look for packages there where they do on this machine."""
        return {**self.environment.variables, **Indexes.of_this_machine().job_variables}

    @property
    def shown(self) -> tuple[Path, ...]:
        """Host paths that the sandbox of a job shows which may install packages."""
        return (*self.binds, *Indexes.of_this_machine().folders)


class Environments:
    """The environments below `root`, for the images of `catalogue`; uv's cache lies beside them."""

    def __init__(self, root: Path, catalogue: Catalogue, *, exact: bool = False, cache: Path | None = None) -> None:
        self._root = root
        self._catalogue = catalogue
        self._exact = exact
        self.cache = cache or root / "cache"

    @staticmethod
    def of_server(settings: Settings) -> Environments:
        """Those that a server's jobs run in; `images.toml` in its data folder adds to the catalogue."""
        catalogue = Catalogue.load(settings.data / "images.toml")
        return Environments(settings.environments, catalogue, exact=settings.exact_images)

    def resolve(self, image_uri: str, client_sdk: str = "") -> Environment:
        """What stands for the image, built or not. Raises UnknownImage."""
        return resolve(
            image_uri,
            self._catalogue,
            own_python=interpreters.own_python(),
            available_pythons=self.interpreters,
            exact=self._exact,
            client_sdk=client_sdk,
        )

    def get(self, image_uri: str, client_sdk: str = "") -> BuiltEnvironment | None:
        """The image's environment if it is ready, at once. Raises UnknownImage."""
        environment = self.resolve(image_uri, client_sdk)
        return self._ready(environment)

    def ensure(self, image_uri: str, log: Log, client_sdk: str = "") -> BuiltEnvironment:
        """The image's environment, built if it is not there yet; what happens goes to `log` line by line.

        Of several processes one builds and the others wait for it. Raises UnknownImage, EnvironmentFailed.
        """
        environment = self.resolve(image_uri, client_sdk)
        if environment.notice:
            log(environment.notice)
        if built := self._ready(environment):
            return built
        with self._locked(environment, log):
            return self._ready(environment) or self._build(environment, log)

    def listing(self) -> list[dict[str, Any]]:
        """One row for each known image, by an example of its name: what stands for it, and whether that is built."""
        return [self._row(image, example) for image in self._catalogue.images for example in image.examples]

    @cached_property
    def interpreters(self) -> dict[str, Path]:
        return interpreters.interpreters()

    def _row(self, image: Image, example: str) -> dict[str, Any]:
        environment = self.resolve(example)
        return {
            "name": image.name,
            "image": example,
            "framework": environment.framework,
            "package": environment.package,
            "version": environment.version,
            "python": environment.python,
            "key": environment.key,
            "ready": self._ready(environment) is not None,
        }

    def _prefix(self, environment: Environment) -> Path:
        return self._root / environment.key

    def _ready(self, environment: Environment) -> BuiltEnvironment | None:
        prefix = self._prefix(environment)
        try:
            record = json.loads((prefix / _READY).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        python = prefix / "bin" / "python"
        # Gone where the interpreter that the environment was made from has been removed since.
        if not python.exists():
            return None
        binds = (prefix, *(Path(path) for path in record["binds"]))
        return BuiltEnvironment(environment, prefix, python, binds, record["packages"])

    @contextmanager
    def _locked(self, environment: Environment, log: Log) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / f"{environment.key}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log(f"waiting for environment {environment.key}, which another job is building")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, environment: Environment, log: Log) -> BuiltEnvironment:
        # Built in its place: a virtual environment's scripts name its path.
        prefix = self._prefix(environment)
        log(f"building environment {environment.key} (once; later jobs share it)")
        installer = Installer(self.cache, log)
        try:
            installer.make(prefix, self.interpreters[environment.python])
            installer.install(prefix, environment.requirements, environment.cpu_builds)
        except EnvironmentFailed as error:
            shutil.rmtree(prefix, ignore_errors=True)
            raise EnvironmentFailed(f"environment for image {environment.image_uri}: {error}") from error
        record = {"binds": [str(path) for path in base_paths(prefix)], "packages": installed_packages(prefix)}
        write_whole(prefix / _READY, json.dumps(record, indent=1))
        if built := self._ready(environment):
            return built
        raise EnvironmentFailed(f"environment {environment.key} was removed while it was being built")


def base_paths(prefix: Path) -> list[Path]:
    """Where the interpreter of a virtual environment is installed, by the name that it uses and by the resolved one."""
    settings = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    homes = [
        Path(value.strip()) for name, _, value in (line.partition("=") for line in settings) if name.strip() == "home"
    ]
    executables = [*homes, (prefix / "bin" / "python").resolve().parent]
    return list(dict.fromkeys(folder.parent for folder in executables))


def installed_packages(prefix: Path) -> dict[str, str]:
    """Name -> version of what is installed in a virtual environment."""
    folders = [str(folder) for folder in prefix.glob("lib/python*/site-packages")]
    found = {package.metadata["Name"]: package.version for package in distributions(path=folders)}
    return dict(sorted(found.items()))


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears complete or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
