"""Scalars as text: in XML, forms, headers, paths and query strings."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from botocore.model import Shape

from brickline.gateway.protocols import json_documents, timestamps

Read = Callable[[str], Any]
Write = Callable[[Any], str]


def reader(shape: Shape) -> Read:
    """What reads a scalar. A text that does not fit is left as it is: validation says what is wrong."""
    if shape.serialization.get("jsonvalue"):
        return lambda text: json.loads(base64.b64decode(text))
    readers: dict[str, Read] = {
        "boolean": _read_boolean,
        "integer": _read_integer,
        "long": _read_integer,
        "float": _read_float,
        "double": _read_float,
        "timestamp": timestamps.parse,
        "blob": json_documents.read_blob,
    }
    return readers.get(shape.type_name, _same)


def writer(shape: Shape, timestamp_format: str) -> Write:
    """What writes a scalar; `timestamp_format` is the place's own, where the shape names none."""
    if shape.serialization.get("jsonvalue"):
        return lambda value: base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()
    if shape.type_name == "timestamp":
        return timestamps.writer(shape.serialization.get("timestampFormat", timestamp_format))
    writers: dict[str, Write] = {
        "boolean": lambda value: "true" if value else "false",
        "blob": json_documents.write_blob,
        "float": _write_float,
        "double": _write_float,
    }
    return writers.get(shape.type_name, str)


def _same(text: str) -> str:
    return text


def _read_boolean(text: str) -> Any:
    return {"true": True, "false": False, "1": True, "0": False}.get(text.lower(), text)


def _read_integer(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text


def _read_float(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _write_float(value: Any) -> str:
    return str(json_documents.write_number(value))
