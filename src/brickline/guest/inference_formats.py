"""Content types of model servers: arrays from and to CSV, JSON, JSON lines, NPY and libsvm."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from .libraries import library

CSV, JSON, JSON_LINES, NPY, NPZ = (
    "text/csv",
    "application/json",
    "application/jsonlines",
    "application/x-npy",
    "application/x-npz",
)
LIBSVM = ("text/libsvm", "text/x-libsvm")
TEXT_TYPES = (CSV, JSON)
"""The user's functions get these as str, and everything else as bytes."""


class UnsupportedFormat(Exception):
    """A content type that cannot be read (415), or none that is accepted can be written (406)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def media_type(content_type: str) -> str:
    """`text/csv` of `text/csv; charset=utf-8`."""
    return content_type.split(";", 1)[0].strip().lower()


def text_of(data: bytes, content_type: str) -> str:
    """Decoded by the content type's charset, or UTF-8."""
    charset = "utf-8"
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset" and value:
            charset = value.strip('"')
    return data.decode(charset)


def decode(data: Any, content_type: str) -> Any:
    """A numpy array (a sparse matrix of NPZ). Raises UnsupportedFormat."""
    reader = _READERS.get(media_type(content_type))
    if reader is None:
        known = ", ".join(_READERS)
        raise UnsupportedFormat(
            f"Content type {content_type} is not supported by this framework: it reads {known}", 415
        )
    return reader(data)


def encode(values: Any, accept: str) -> tuple[bytes, str]:
    """`values` in the first accepted content type that can be written, and which that is. Raises UnsupportedFormat."""
    for wanted in accepted(accept):
        writer = _WRITERS.get(wanted)
        if writer is not None:
            return writer(values), wanted
    known = ", ".join(_WRITERS)
    raise UnsupportedFormat(f"Accept {accept} is not supported by this framework: it writes {known}", 406)


def accepted(accept: str) -> list[str]:
    """The content types of an Accept header, in their order."""
    return [media_type(one) for one in accept.split(",")]


def _text(data: Any) -> str:
    return data if isinstance(data, str) else bytes(data).decode()


def _from_csv(data: Any) -> Any:
    return library("numpy").genfromtxt(io.StringIO(_text(data)), delimiter=",")


def _from_json(data: Any) -> Any:
    return library("numpy").array(json.loads(_text(data)))


def _from_json_lines(data: Any) -> Any:
    return library("numpy").array([json.loads(line) for line in _text(data).splitlines() if line.strip()])


def _from_npy(data: Any) -> Any:
    return library("numpy").load(io.BytesIO(data), allow_pickle=True)


def _from_npz(data: Any) -> Any:
    return library("scipy.sparse").load_npz(io.BytesIO(data))


def plain(values: Any) -> Any:
    """What JSON has words for."""
    return values.tolist() if hasattr(values, "tolist") else values


def _to_csv(values: Any) -> bytes:
    stream = io.StringIO()
    library("numpy").savetxt(stream, values, delimiter=",", fmt="%s")
    return stream.getvalue().encode()


def _to_json(values: Any) -> bytes:
    return json.dumps(values, default=plain).encode()


def _to_json_lines(values: Any) -> bytes:
    return b"".join(json.dumps(row, default=plain).encode() + b"\n" for row in plain(values))


def _to_npy(values: Any) -> bytes:
    stream = io.BytesIO()
    numpy = library("numpy")
    numpy.save(stream, numpy.asarray(values))
    return stream.getvalue()


_READERS: dict[str, Callable[[Any], Any]] = {
    CSV: _from_csv,
    JSON: _from_json,
    JSON_LINES: _from_json_lines,
    NPY: _from_npy,
    NPZ: _from_npz,
}
_WRITERS: dict[str, Callable[[Any], bytes]] = {
    JSON: _to_json,
    CSV: _to_csv,
    JSON_LINES: _to_json_lines,
    NPY: _to_npy,
}
