"""Checksums of objects: computed while bytes pass, compared with what clients say (checking-object-integrity.html)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from awscrt import checksums as crt

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused

Buffer = bytes | memoryview


class Hasher(Protocol):
    def update(self, data: Buffer, /) -> object: ...

    def digest(self) -> bytes: ...


class _Crc:
    """A CRC of awscrt as a hasher."""

    def __init__(self, function: Callable[[Buffer, int], int], size: int) -> None:
        self._function, self._size, self._value = function, size, 0

    def update(self, data: Buffer, /) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


class _XxHash:
    def __init__(self, hasher: crt.XXHash) -> None:
        self._hasher = hasher

    def update(self, data: Buffer, /) -> None:
        self._hasher.update(data)

    def digest(self) -> bytes:
        return bytes(self._hasher.finalize())


_MAKERS: Mapping[str, Callable[[], Hasher]] = {
    "CRC32": lambda: _Crc(crt.crc32, 4),
    "CRC32C": lambda: _Crc(crt.crc32c, 4),
    "CRC64NVME": lambda: _Crc(crt.crc64nvme, 8),
    "SHA1": hashlib.sha1,
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": hashlib.md5,
    "XXHASH64": lambda: _XxHash(crt.XXHash.new_xxhash64()),
    "XXHASH3": lambda: _XxHash(crt.XXHash.new_xxhash3_64()),
    "XXHASH128": lambda: _XxHash(crt.XXHash.new_xxhash3_128()),
}
_COMBINERS: Mapping[str, tuple[Callable[[int, int, int], int], int]] = {
    "CRC32": (crt.combine_crc32, 4),
    "CRC32C": (crt.combine_crc32c, 4),
    "CRC64NVME": (crt.combine_crc64nvme, 8),
}
DEFAULT = "CRC64NVME"
"""What S3 computes itself where the client names nothing."""


def member(algorithm: str) -> str:
    return f"Checksum{algorithm}"


def given(request: Shape) -> dict[str, str]:
    """The checksums that a request states: algorithm -> base64."""
    return {algorithm: request[member(algorithm)] for algorithm in _MAKERS if request.get(member(algorithm))}


def wanted(request: Shape) -> list[str]:
    """The algorithms to compute while an upload comes in. A trailer may state one that the request did not name."""
    named = [*given(request), *filter(None, [request.get("ChecksumAlgorithm")])]
    return list(dict.fromkeys(named)) or [DEFAULT]


def hashers(algorithms: Iterable[str]) -> dict[str, Hasher]:
    return {algorithm: _MAKERS[algorithm]() for algorithm in algorithms}


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def check(computed: Mapping[str, str], stated: Mapping[str, str]) -> None:
    """Refused where a stated checksum is not the computed one, or is no checksum of its algorithm at all."""
    for algorithm, value in stated.items():
        if computed[algorithm] == value:
            continue
        if len(_decoded(value)) != len(_decoded(computed[algorithm])):
            raise Refused("InvalidRequest", f"Value for x-amz-checksum-{algorithm.lower()} header is invalid.")
        raise Refused("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")


def in_trailers(trailers: Mapping[str, str]) -> dict[str, str]:
    """The checksums in the trailers of an `aws-chunked` body."""
    prefix = "x-amz-checksum-"
    found = {name.removeprefix(prefix).upper(): value for name, value in trailers.items() if name.startswith(prefix)}
    return {algorithm: value for algorithm, value in found.items() if algorithm in _MAKERS}


def check_md5(computed: bytes, stated: str | None) -> None:
    """The Content-MD5 header against the body's MD5."""
    if not stated:
        return
    wanted_digest = _decoded(stated)
    if len(wanted_digest) != 16:
        raise Refused("InvalidDigest", "The Content-MD5 you specified is not valid.")
    if wanted_digest != computed:
        raise Refused("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _decoded(value: str) -> bytes:
    """The bytes of a base64 text; none where it is no such text."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def composite(parts: Iterable[str], algorithm: str) -> str:
    """The checksum of checksums of a multipart upload: `<base64>-<number of parts>`."""
    digests = [base64.b64decode(part) for part in parts]
    hasher = _MAKERS[algorithm]()
    for digest in digests:
        hasher.update(digest)
    return f"{encoded(hasher.digest())}-{len(digests)}"


def full_object(parts: Iterable[tuple[str, int]], algorithm: str) -> str:
    """The checksum of the whole from those of its parts, each with its size; CRCs only."""
    combine, size = _COMBINERS[algorithm]
    value = 0
    for number, (part, length) in enumerate(parts):
        digest = int.from_bytes(base64.b64decode(part), "big")
        value = combine(value, digest, length) if number else digest
    return encoded(value.to_bytes(size, "big"))


def can_combine(algorithm: str) -> bool:
    return algorithm in _COMBINERS


def multipart_etag(parts: Iterable[str]) -> str:
    """`<md5 of the parts' binary md5s>-<number of parts>`."""
    digests = [bytes.fromhex(part) for part in parts]
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"
