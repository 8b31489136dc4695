"""Brings the sources of a build into its folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from brickline.baseplate import git_access
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.git_clones import Checkout, CloneFailed, clone
from brickline.baseplate.transfers import save_body
from brickline.bricks.codebuild.places import BuildFolder, source_directory
from brickline.bricks.codebuild.sources.credentials import git_settings
from brickline.bricks.codebuild.sources.zips import BadZip, relative_parts, unpack
from brickline.bricks.codebuild.variables import Source

_REVISION = "resolved-source-version"
"""User metadata of a CODEPIPELINE source's object: the commit that it was made of."""

_S3_ARN = "arn:aws:s3:::"


class SourceMissing(Exception):
    """A source cannot be had; the message is the phase's context."""


def fetch_sources(context: Context, document: Shape, folder: BuildFolder, wanted: Callable[[], bool]) -> list[Source]:
    """All sources of a build, the primary one first. `wanted` says whether the build goes on. Raises SourceMissing."""
    versions = {one["sourceIdentifier"]: one["sourceVersion"] for one in document.get("secondarySourceVersions") or ()}
    given = [(document["source"], document.get("sourceVersion", ""))]
    given += [(one, versions.get(one["sourceIdentifier"], "")) for one in document.get("secondarySources") or ()]
    return [
        _Fetch(context, folder, position, source, version, wanted).run()
        for position, (source, version) in enumerate(given)
    ]


def s3_place(location: str) -> tuple[str, str]:
    """Bucket and key of `bucket/key`, an ARN or an s3:// URI. Pure."""
    bucket, _, key = re.sub(r"^(arn:aws:s3:::|s3://)", "", location).partition("/")
    return bucket, key


class _Fetch:
    """One source of one build."""

    def __init__(
        self,
        context: Context,
        folder: BuildFolder,
        position: int,
        source: Shape,
        version: str,
        wanted: Callable[[], bool],
    ) -> None:
        self._context = context
        self._folder = folder
        self._position = position
        self._source = source
        self._version = version
        self._wanted = wanted
        self._identifier = source.get("sourceIdentifier", "")

    def run(self) -> Source:
        kind = self._source["type"]
        if kind == "NO_SOURCE":
            return self._made("")
        if kind == "CODEPIPELINE":
            return self._pipeline()
        if kind == "S3":
            return self._s3(self._source["location"], self._version)
        return self._git()

    def _made(self, below: str, **members: str) -> Source:
        directory = source_directory(self._position, below)
        self._folder.place(directory).mkdir(parents=True, exist_ok=True)
        return Source(self._identifier, directory, **{"version": self._version, **members})

    def _pipeline(self) -> Source:
        """An input artifact of a pipeline: where it lies is told by the location, else by the version."""
        location = self._source.get("location") or self._version
        found = self._s3(location, "")
        bucket, key = s3_place(location)
        metadata = self._call("HeadObject", Bucket=bucket, Key=key).get("Metadata") or {}
        return replace(found, url="", resolved=metadata.get(_REVISION, ""))

    def _s3(self, location: str, version: str) -> Source:
        made = self._made("", url=f"{_S3_ARN}{'/'.join(s3_place(location))}")
        bucket, key = s3_place(location)
        target = self._folder.place(made.directory)
        if not key or key.endswith("/"):
            self._prefix(bucket, key, target)
        else:
            self._archive(bucket, key, version, target)
        return made

    def _prefix(self, bucket: str, prefix: str, target: Path) -> None:
        keys = [key for key in self._keys(bucket, prefix) if not key.endswith("/")]
        if not keys:
            raise SourceMissing(f"no objects found under {bucket}/{prefix} for {self._name}")
        for key in keys:
            place = target.joinpath(*self._safely(partial(relative_parts, key.removeprefix(prefix))))
            save_body(self._call("GetObject", Bucket=bucket, Key=key)["Body"], place)

    def _archive(self, bucket: str, key: str, version: str, target: Path) -> None:
        request = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
        archive = self._folder.sources / str(self._position)
        save_body(self._call("GetObject", **request)["Body"], archive, read_only=True)
        self._safely(partial(unpack, archive, target))
        archive.unlink()

    def _git(self) -> Source:
        location = self._source["location"]
        parts = urlsplit(location)
        below = "/".join(filter(None, (parts.hostname or "", parts.path.strip("/").removesuffix(".git"))))
        made = self._made(below if re.fullmatch(r"[\w./-]+", below) and ".." not in below else "", url=location)
        target = self._folder.place(made.directory)
        try:
            commit = clone(self._checkout(location), target, self._wanted)
        except CloneFailed as error:
            raise SourceMissing(str(error)) from None
        return replace(made, resolved=commit)

    def _checkout(self, location: str) -> Checkout:
        source = self._source
        url, settings = location, dict[str, str]()
        if source["type"] == "CODECOMMIT":
            url, own = git_access.address(self._context, location)
            settings |= own
        else:
            settings |= git_settings(self._context, source["type"], location)
        if source.get("insecureSsl"):
            settings["http.sslVerify"] = "false"
        return Checkout(
            url,
            self._version,
            self._name,
            origin=location,
            depth=source.get("gitCloneDepth", 0),
            submodules=bool((source.get("gitSubmodulesConfig") or {}).get("fetchSubmodules")),
            settings=settings,
        )

    @property
    def _name(self) -> str:
        return f"secondary source {self._identifier}" if self._position else "primary source"

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        request: Shape = {"Bucket": bucket, "Prefix": prefix}
        while True:
            page = self._call("ListObjectsV2", **request)
            yield from (found["Key"] for found in page.get("Contents") or ())
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def _call(self, operation: str, **request: object) -> Shape:
        try:
            return self._context.call("s3", operation, **request)
        except Refused as refused:
            place = f"{request['Bucket']}/{request.get('Key', request.get('Prefix'))}"
            raise SourceMissing(f"{refused.code}: {refused.message} for {self._name} ({place})") from None

    def _safely(self, work: Callable[[], tuple[str, ...] | None]) -> tuple[str, ...]:
        try:
            return work() or ()
        except BadZip as error:
            raise SourceMissing(f"{error} for {self._name}") from None
