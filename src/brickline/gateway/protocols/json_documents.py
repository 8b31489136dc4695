"""JSON documents: the body of the protocols json and rest-json."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any

from botocore.model import Shape

from brickline.baseplate.errors import Refused
from brickline.gateway.protocols import timestamps
from brickline.gateway.protocols.documents import Converters
from brickline.gateway.protocols.protocol import Convert

_NOT_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def loads(content: bytes) -> Any:
    """The document of a body; {} where it is empty. Raises Refused where it is not JSON."""
    if not content:
        return {}
    try:
        return json.loads(content)
    except ValueError as error:
        raise Refused("SerializationException", f"the body is not JSON: {error}") from None


def dumps(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def readers() -> Converters:
    return Converters(_reader, reading=True)


def writers() -> Converters:
    return Converters(_writer, reading=False)


def read_blob(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Refused("SerializationException", f"a blob is not base64: {error}") from None


def write_blob(value: Any) -> str:
    data = value.encode() if isinstance(value, str) else value.read() if hasattr(value, "read") else value
    return base64.b64encode(data).decode()


def _reader(shape: Shape) -> Convert | None:
    readers: dict[str, Convert] = {
        "blob": read_blob,
        "timestamp": timestamps.parse,
        "float": _read_number,
        "double": _read_number,
        "integer": read_integer,
        "long": read_integer,
    }
    return readers.get(shape.type_name)


def _writer(shape: Shape) -> Convert | None:
    if shape.type_name == "timestamp":
        wire_format = shape.serialization.get("timestampFormat", "unixTimestamp")
        return _write_epoch if wire_format.lower() == "unixtimestamp" else timestamps.writer(wire_format)
    writers: dict[str, Convert] = {"blob": write_blob, "float": write_number, "double": write_number}
    return writers.get(shape.type_name)


def _read_number(value: Any) -> Any:
    return _NOT_NUMBERS.get(value, value) if isinstance(value, str) else value


def read_integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def write_number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _write_epoch(value: float) -> float | int:
    return int(value) if value == int(value) else value
