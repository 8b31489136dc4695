"""DOWNLOAD_SOURCE: the sources are fetched, the buildspec is read, and what the container needs is written down."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codebuild import places
from brickline.bricks.codebuild.buildspec import Buildspec, BuildspecError, parse_buildspec
from brickline.bricks.codebuild.caches import bring_cache
from brickline.bricks.codebuild.checks import is_inline
from brickline.bricks.codebuild.places import BuildFolder
from brickline.bricks.codebuild.plan import check_exported, plan_of
from brickline.bricks.codebuild.runtimes import choose
from brickline.bricks.codebuild.secret_values import ValueMissing, fetch_values
from brickline.bricks.codebuild.sources.fetching import SourceMissing, fetch_sources, s3_place
from brickline.bricks.codebuild.variables import Source, base_variables, codebuild_variables, own_variables
from brickline.images.environments import Environments
from brickline.runtimes import Runtime

_DEFAULT = "buildspec.yml"
_LARGEST = 1 << 20

Tell = Callable[..., None]


class PhaseFailed(Exception):
    """A phase fails: `code` and the message are its context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Prepared:
    """What is kept of the download, for the start of the container."""

    image: str
    variables: dict[str, str]
    hidden: list[str]
    """Values that the log must not show."""

    def write(self, path: Path) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(vars(self), file)

    @staticmethod
    def read(path: Path) -> Prepared:
        return Prepared(**json.loads(path.read_text()))


class Preparation:
    """Fills a build's folder from nothing."""

    def __init__(self, environments: Environments, runtime: Runtime) -> None:
        self._environments = environments
        self._runtime = runtime

    def prepare(
        self, context: Context, build: Resource, folder: BuildFolder, wanted: Callable[[], bool], tell: Tell
    ) -> str:
        """Gives the commit of the primary source, if it has one. Raises PhaseFailed."""
        shutil.rmtree(folder.files, ignore_errors=True)
        shutil.rmtree(folder.sources, ignore_errors=True)
        for path in (folder.files, folder.sources, folder.place(places.SCRATCH)):
            path.mkdir(parents=True)
        try:
            sources = fetch_sources(context, build.document, folder, wanted)
            self._write(context, build, folder, sources, tell)
        except SourceMissing as error:
            raise PhaseFailed("CLIENT_ERROR", str(error)) from None
        except BuildspecError as error:
            raise PhaseFailed("YAML_FILE_ERROR", str(error)) from None
        except ValueMissing as error:
            raise PhaseFailed(error.code, str(error)) from None
        return sources[0].resolved

    def _write(self, context: Context, build: Resource, folder: BuildFolder, sources: list[Source], tell: Tell) -> None:
        document, directory = build.document, sources[0].directory
        tell(f"CODEBUILD_SRC_DIR={directory}")
        buildspec = parse_buildspec(_buildspec_text(context, document["source"], folder, directory, tell))
        tell("Processing environment variables")
        fetched = fetch_values(context, document, buildspec)
        check_exported(buildspec, fetched)
        plan = plan_of(buildspec, document, build.private["artifacts"], directory)
        folder.place(places.PLAN).write_text(json.dumps(plan))
        if plan["cache"]["paths"]:
            bring_cache(context, build, folder.place(places.CACHE_BEFORE))
        own = own_variables(document, buildspec, fetched)
        variables = {**base_variables(), **own, **codebuild_variables(document, sources)}
        image = self._image(document, buildspec, own, tell)
        self._runtime.prepare(self._environments.ensure(image, tell).prefix)
        prepared = Prepared(image, variables, [*fetched.values()])
        prepared.write(folder.variables)

    def _image(self, document: Shape, buildspec: Buildspec, variables: dict[str, str], tell: Tell) -> str:
        """The image with the Python that the buildspec asks for."""
        wanted = {
            name: variables.get(version.strip("${}"), version) if version.startswith("$") else version
            for name, version in buildspec.runtimes.items()
        }
        choice = choose(document["environment"]["image"], wanted, self._environments.interpreters)
        for run_as in {buildspec.run_as, *(phase.run_as for phase in buildspec.phases.values())} - {"", "root"}:
            tell(f"run-as: {run_as}: there is no such user in the build's sandbox; its commands run as root there")
        for notice in choice.notices:
            tell(notice)
        return choice.image


def _buildspec_text(context: Context, source: Shape, folder: BuildFolder, directory: str, tell: Tell) -> str:
    """The text of the buildspec: inline, of an object in S3, or of a file of the source. Raises BuildspecError."""
    given = source.get("buildspec") or _DEFAULT
    if is_inline(given):
        return str(given)
    if given.startswith("arn:aws:s3:::"):
        tell(f"YAML location is {given}")
        return _from_s3(context, given)
    tell(f"YAML location is {directory}/{given}")
    return _from_source(folder.place(directory), given, directory)


def _from_s3(context: Context, arn: str) -> str:
    bucket, key = s3_place(arn)
    try:
        body = context.call("s3", "GetObject", Bucket=bucket, Key=key)["Body"]
    except Refused as refused:
        raise BuildspecError(f"{arn}: {refused.message}") from None
    try:
        return str(body.read(_LARGEST).decode("utf-8", "replace"))
    finally:
        body.close()


def _from_source(folder: Path, name: str, directory: str) -> str:
    """A link in a source is followed as far as it stays there."""
    path = (folder / name.lstrip("/")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.exists():
        raise BuildspecError(f"stat {directory}/{name}: no such file or directory")
    if not path.is_file():
        raise BuildspecError(f"read {directory}/{name}: is a directory")
    with path.open("rb") as file:
        return file.read(_LARGEST).decode("utf-8-sig", "replace")
