"""Where deployment packages lie: as they were uploaded, and unpacked for the sandboxes."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import rows_in_batches
from brickline.baseplate.schema import resources
from brickline.bricks.awslambda import archives
from brickline.bricks.awslambda.kinds import FUNCTION, LAYER_VERSION, VERSION
from brickline.bricks.awslambda.refusals import invalid

_MOST_UPLOADED = 52_428_800
"""Bytes of a ZipFile; a package in S3 is bounded by its unpacked size only."""


@dataclass(frozen=True)
class Package:
    """A package by the SHA-256 of its bytes, which is where it lies."""

    digest: str
    size: int

    @property
    def code_sha256(self) -> str:
        return base64.b64encode(bytes.fromhex(self.digest)).decode()


class Packages:
    """Packages of functions and layers: the same bytes are kept once."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._root = baseplate.data / "lambda"
        self._uploads = self._root / "packages"
        self._unpacked = self._root / "code"
        for folder in (self._uploads, self._unpacked):
            folder.mkdir(parents=True, exist_ok=True)

    def take(self, context: Context, code: Shape) -> Package:
        """Keep the package that a request brings or names. Refused where it cannot be had or is not sound."""
        data = _bytes_of(context, code)
        package = Package(hashlib.sha256(data).hexdigest(), len(data))
        if not self.folder(package.digest).exists():
            self._unpack(package.digest, data)
        if not self.upload(package.digest).exists():
            draft = self._draft(self._uploads)
            draft.write_bytes(data)
            draft.replace(self.upload(package.digest))
        return package

    def sweep(self) -> None:
        """Drop what no function, version or layer has any more. When the brick is made: nothing uses it yet."""
        used = set(self._used())
        for folder in (self._uploads, self._unpacked):
            for entry in folder.iterdir():
                if entry.name.removesuffix(".zip") not in used:
                    archives.remove(entry)

    def folder(self, digest: str) -> Path:
        """The unpacked package."""
        return self._unpacked / digest

    def upload(self, digest: str) -> Path:
        """The package as it was uploaded."""
        return self._uploads / f"{digest}.zip"

    def merged(self, digests: list[str]) -> Path:
        """A folder with several packages unpacked over each other in this order, as layers are."""
        if len(digests) == 1:
            return self.folder(digests[0])
        target = self._unpacked / _digest_of_all(digests)
        if not target.exists():
            draft = self._draft(self._unpacked)
            draft.mkdir()
            for digest in digests:
                archives.unpack(self.upload(digest).read_bytes(), draft)
            _settle(draft, target)
        return target

    def _unpack(self, digest: str, data: bytes) -> None:
        draft = self._draft(self._unpacked)
        draft.mkdir()
        try:
            archives.unpack(data, draft)
        except archives.BadArchive as error:
            archives.remove(draft)
            raise invalid(
                f"Could not unzip uploaded file. Please check your file, then try to upload again ({error})."
            ) from None
        _settle(draft, self.folder(digest))

    def _used(self) -> Iterator[str]:
        kinds = [kind.key for kind in (FUNCTION, VERSION, LAYER_VERSION)]
        for resource in rows_in_batches(self._store, [resources.c.kind.in_(kinds)]):
            layers = resource.private.get("layers", [])
            yield from (resource.private["package"], *layers, _digest_of_all(layers))

    def _draft(self, folder: Path) -> Path:
        return folder / f"{secrets.token_hex(8)}.draft"


def _digest_of_all(digests: list[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _settle(draft: Path, target: Path) -> None:
    """Two requests may bring the same package at once: the first one's folder stays."""
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
        archives.remove(draft)


def _bytes_of(context: Context, code: Shape) -> bytes:
    if code.get("ImageUri"):
        raise invalid("ImageUri: functions from container images are not there; give a zip archive (PackageType Zip)")
    if code.get("ZipFile") is not None:
        data = bytes(code["ZipFile"])
        if len(data) > _MOST_UPLOADED:
            raise Refused(
                "RequestEntityTooLargeException",
                f"Request must be smaller than {_MOST_UPLOADED} bytes; put the package into S3",
                413,
            )
        return data
    if code.get("S3Bucket") and code.get("S3Key"):
        return _from_s3(context, code)
    raise invalid("Please provide a source for function code: ZipFile, or S3Bucket and S3Key.")


def _from_s3(context: Context, code: Shape) -> bytes:
    version = {"VersionId": code["S3ObjectVersion"]} if code.get("S3ObjectVersion") else {}
    try:
        body = context.call("s3", "GetObject", Bucket=code["S3Bucket"], Key=code["S3Key"], **version)["Body"]
    except Refused as refused:
        raise invalid(
            f"Error occurred while GetObject. S3 Error Code: {refused.code}. S3 Error Message: {refused.message} "
            f"(s3://{code['S3Bucket']}/{code['S3Key']})"
        ) from None
    return read_whole(body)


def read_whole(body: Body | bytes | str | None) -> bytes:
    """The bytes of a request's or an answer's body."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    try:
        return body.read()
    finally:
        body.close()
