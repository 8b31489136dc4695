"""Request payloads as they are signed: hashed as a whole, or in chunks (`aws-chunked`) with signatures and trailers.

All checks are made while the body is read, so that a body of any size passes through in flat memory.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from brickline.baseplate.bodies import Body
from brickline.baseplate.errors import Refused
from brickline.baseplate.hashing import BackgroundHash
from brickline.gateway.http import Headers, HttpRequest
from brickline.gateway.signing import sign

_EMPTY_HASH = hashlib.sha256(b"").hexdigest()
_LONGEST_LINE = 4096
_READ = 1 << 20


class HashedBody:
    """A body whose SHA-256 was declared beforehand: reading its end raises where it is another one's."""

    def __init__(self, source: Body, declared: str) -> None:
        self.length = source.length
        self._source = source
        self._declared = declared
        self._hash = BackgroundHash("sha256")
        self._received = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self._received += len(data)
        if self._received == self.length or (size and not data):
            self._check()
        return data

    def close(self) -> None:
        self._source.close()

    def _check(self) -> None:
        computed = self._hash.hexdigest()
        if computed != self._declared:
            raise Refused(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ClientComputedContentSHA256=self._declared,
                S3ComputedContentSHA256=computed,
            )


@dataclass
class ChunkSignatures:
    """The chain of signatures over a body's chunks: each covers the one before it."""

    key: bytes
    date: str
    scope: str
    previous: str

    def check_chunk(self, data_hash: str, given: str) -> None:
        self._check("AWS4-HMAC-SHA256-PAYLOAD", f"{_EMPTY_HASH}\n{data_hash}", given)

    def check_trailer(self, trailer: bytes, given: str) -> None:
        self._check("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(trailer).hexdigest(), given)

    def _check(self, kind: str, rest: str, given: str) -> None:
        text = "\n".join((kind, self.date, self.scope, self.previous, rest))
        wanted = sign(self.key, text).hex()
        if not hmac.compare_digest(wanted, given):
            raise Refused("SignatureDoesNotMatch", "a chunk's signature does not match its data", 403)
        self.previous = given


class ChunkedBody:
    """The data inside an `aws-chunked` body. `trailers` (lower-cased names) are complete when all is read.

    Chunks are `<hex size>[;chunk-signature=...]\\r\\n<data>\\r\\n`; after the chunk of size 0 come the trailers.
    """

    def __init__(self, source: Body, length: int | None, signatures: ChunkSignatures | None) -> None:
        self.length = length
        self.trailers: dict[str, str] = {}
        self._source = source
        self._signatures = signatures
        self._buffer = memoryview(b"")
        self._left = 0
        self._given = ""
        self._hash = hashlib.sha256()
        self._received = 0
        self._is_over = False

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(_READ), b""))
        if not self._left and not self._is_over and size:
            self._begin_chunk()
        data = self._take(min(self._left, size)) if self._left else b""
        if data:
            self._count(data)
        return data

    def close(self) -> None:
        self._source.close()

    def _count(self, data: bytes) -> None:
        self._left -= len(data)
        self._received += len(data)
        if self._signatures:
            self._hash.update(data)
        if not self._left:
            self._end_chunk()

    def _begin_chunk(self) -> None:
        size, _, extension = self._line().partition(b";")
        try:
            self._left = int(size, 16)
        except ValueError:
            raise _incomplete(f"a chunk's size is {size[:32]!r}, not a hexadecimal number") from None
        self._given = extension.decode("latin-1").rpartition("chunk-signature=")[2].strip()
        if not self._left:
            self._finish()

    def _end_chunk(self) -> None:
        if self._line():
            raise _incomplete("a chunk is longer than it says")
        if self._signatures:
            self._signatures.check_chunk(self._hash.hexdigest(), self._given)
            self._hash = hashlib.sha256()
        if self._received == self.length:  # a reader that knows the length may not ask again: see to the trailers now
            self._begin_chunk()

    def _finish(self) -> None:
        self._is_over = True
        if self._signatures:
            self._signatures.check_chunk(_EMPTY_HASH, self._given)
        self._read_trailers()
        if self.length is not None and self._received != self.length:
            raise _incomplete(f"{self._received} bytes came, x-amz-decoded-content-length says {self.length}")

    def _read_trailers(self) -> None:
        signed = bytearray()
        while line := self._line(may_end=True):
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()
            if name.strip().lower() != "x-amz-trailer-signature":
                signed += line.strip() + b"\n"
        if self._signatures and signed:
            self._signatures.check_trailer(bytes(signed), self.trailers.get("x-amz-trailer-signature", ""))

    def _line(self, may_end: bool = False) -> bytes:
        """The text up to the next line end (without it)."""
        while (end := bytes(self._buffer[:_LONGEST_LINE]).find(b"\n")) < 0:
            more = self._source.read(_READ)
            if not more and may_end:
                end = len(self._buffer)
                break
            if not more or len(self._buffer) > _LONGEST_LINE:
                raise _incomplete("the body ends in the middle of a chunk")
            self._buffer = memoryview(bytes(self._buffer) + more)
        line = bytes(self._buffer[:end])
        self._buffer = self._buffer[end + 1 :]
        return line.rstrip(b"\r")

    def _take(self, size: int) -> bytes:
        """Up to `size` bytes of data: of what is buffered, else of the source, without another copy."""
        if self._buffer:
            data = bytes(self._buffer[:size])
            self._buffer = self._buffer[size:]
            return data
        data = self._source.read(size)
        if not data:
            raise _incomplete("the body ends in the middle of a chunk")
        return data


def decoded(request: HttpRequest, signatures: ChunkSignatures | None, checks: bool) -> HttpRequest:
    """The request with its payload as the service is to see it; `checks` is False where signatures are switched off."""
    declared = request.headers.get("x-amz-content-sha256")
    is_chunked = declared.startswith("STREAMING-") or "aws-chunked" in request.headers.get("content-encoding")
    if is_chunked:
        signs = declared.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        body = ChunkedBody(request.body, _decoded_length(request.headers), signatures if signs else None)
        return _replaced(request, body)
    if checks and len(declared) == len(_EMPTY_HASH):
        return _replaced(request, HashedBody(request.body, declared.lower()))
    return request


def _replaced(request: HttpRequest, body: Body) -> HttpRequest:
    codings = [coding.strip() for coding in request.headers.get("content-encoding").split(",")]
    left = ",".join(coding for coding in codings if coding and coding != "aws-chunked")
    headers = request.headers.with_changes(content_encoding=left or None)
    return HttpRequest(request.method, request.path, request.query, headers, body)


def _decoded_length(headers: Headers) -> int | None:
    text = headers.get("x-amz-decoded-content-length")
    if not text.isdigit():
        return None
    return int(text)


def _incomplete(message: str) -> Refused:
    return Refused("IncompleteBody", f"The request body terminated unexpectedly: {message}")
