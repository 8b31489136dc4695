"""Event streams in answers: `application/vnd.amazon.eventstream` messages, made as the events come.

The response's event stream member is an iterable of events, each `{"PayloadPart": {"Bytes": b"..."}}`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from botocore.model import OperationModel, StructureShape

from brickline.baseplate.brick import Shape
from brickline.gateway.http import Exchange, HttpResponse
from brickline.gateway.protocols.documents import Converters
from brickline.gateway.protocols.protocol import Convert, Serialise

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7

Dump = Callable[[Any], bytes]


class EventBody:
    """The messages of an event stream, as a body that is read."""

    length: int | None = None

    def __init__(self, messages: Iterator[bytes]) -> None:
        self._messages = messages

    def read(self, _size: int = -1, /) -> bytes:
        """The next message, whatever its size; empty at the end."""
        return next(self._messages, b"")

    def close(self) -> None:
        close = getattr(self._messages, "close", None)
        if close:
            close()


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message: lengths and their checksum, headers, payload, checksum of it all."""
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    body = prelude + struct.pack("!I", zlib.crc32(prelude)) + packed + payload
    return body + struct.pack("!I", zlib.crc32(body))


def rpc_serialiser(operation: OperationModel, writers: Converters, dump: Dump) -> Serialise:
    """For the RPC protocols: the other members of the output come first, as an `initial-response` message."""
    stream = operation.get_event_stream_output()
    output = operation.output_shape
    if output is None or output.event_stream_name is None:
        raise ValueError(f"{operation.name} has no event stream")
    member = output.event_stream_name
    write_rest = writers.structure(output, skip=frozenset({member}))
    encode = _encoder(stream, writers, dump)

    def serialise(response: Shape, exchange: Exchange) -> HttpResponse:
        first = message(_event_headers("initial-response"), dump(write_rest(response)))
        headers = [("Content-Type", CONTENT_TYPE), ("x-amzn-RequestId", exchange.request_id)]
        return HttpResponse(200, headers, EventBody(_chain(first, map(encode, response.get(member) or ()))))

    return serialise


def stream_body(shape: StructureShape, writers: Converters, dump: Dump) -> Callable[[Iterable[Shape]], EventBody]:
    """What makes the body of a REST answer whose payload is the event stream `shape`."""
    encode = _encoder(shape, writers, dump)
    return lambda events: EventBody(iter(map(encode, events)))


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _encoder(stream: StructureShape, writers: Converters, dump: Dump) -> Callable[[Shape], bytes]:
    encoders = {
        name: _event_encoder(name, shape, writers, dump)
        for name, shape in stream.members.items()
        if isinstance(shape, StructureShape)
    }

    def encode(event: Shape) -> bytes:
        [(name, members)] = event.items()
        return encoders[name](members)

    return encode


def _event_encoder(name: str, shape: StructureShape, writers: Converters, dump: Dump) -> Callable[[Shape], bytes]:
    in_headers = [member for member, part in shape.members.items() if part.serialization.get("eventheader")]
    payload = next((member for member, part in shape.members.items() if part.serialization.get("eventpayload")), None)
    is_error = bool(shape.metadata.get("exception"))
    write: Convert = writers.structure(shape, skip=frozenset(in_headers))

    def encode(members: Shape) -> bytes:
        headers = _event_headers(name, "exception" if is_error else "event")
        headers |= {member: str(members[member]) for member in in_headers if member in members}
        if payload is None:
            return message(headers, dump(write(members)))
        content = members.get(payload, b"")
        if isinstance(content, str | bytes):
            headers[":content-type"] = "text/plain" if isinstance(content, str) else "application/octet-stream"
            return message(headers, content.encode() if isinstance(content, str) else content)
        return message(headers, dump(write(members)[payload]))

    return encode


def _event_headers(name: str, kind: str = "event") -> dict[str, str]:
    return {f":{kind}-type": name, ":message-type": kind}


def _header(name: str, value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _STRING, len(encoded)) + encoded
