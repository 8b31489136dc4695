"""`multipart/form-data` with one file at its end, which is read as it comes."""

from __future__ import annotations

import re

from brickline.baseplate.bodies import Body
from brickline.baseplate.errors import Refused

_READ = 1 << 20
_FIELDS_LIMIT = 64 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_ATTRIBUTE = re.compile(r'\b(name|filename)="((?:[^"\\]|\\.)*)"')


class FilePart:
    """The file: everything up to the boundary. `bounds` are the sizes that the form's policy allows."""

    length: int | None = None

    def __init__(self, filename: str, source: Body, buffer: bytes, end: bytes) -> None:
        self.filename = filename
        self.bounds: tuple[int, int] | None = None
        self._source = source
        self._buffer = buffer
        self._end = end
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(_READ), b""))
        end = self._buffer.find(self._end)
        while end < 0 and len(self._buffer) <= len(self._end):
            self._buffer = _more(self._source, self._buffer)
            end = self._buffer.find(self._end)
        left = end if end >= 0 else len(self._buffer) - len(self._end)
        data, self._buffer = self._buffer[: min(left, size)], self._buffer[min(left, size) :]
        self._check_size(len(data), is_over=end >= 0 and left == len(data))
        return data

    def close(self) -> None:
        self._source.close()

    def _check_size(self, read: int, is_over: bool) -> None:
        self._size += read
        if self.bounds and self._size > self.bounds[1]:
            raise Refused("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        if self.bounds and is_over and self._size < self.bounds[0]:
            raise Refused("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")


def read_parts(content_type: str, source: Body) -> tuple[dict[str, str], FilePart]:
    """The fields before the file, by lower-cased names, and the file. Raises Refused (`MalformedPOSTRequest`)."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise _malformed("the content type has no boundary")
    end = b"\r\n--" + boundary[1].encode()
    fields: dict[str, str] = {}
    buffer = _after(end, b"\r\n", source)[1]
    while True:
        head, buffer = _after(b"\r\n\r\n", buffer, source)
        attributes = dict(_ATTRIBUTE.findall(head.decode("utf-8", "replace")))
        if attributes.get("name") == "file":
            return fields, FilePart(attributes.get("filename", ""), source, buffer, end)
        value, buffer = _after(end, buffer, source)
        fields[attributes.get("name", "").lower()] = value.decode("utf-8", "replace")
        if buffer.startswith(b"--") or sum(map(len, fields.values())) > _FIELDS_LIMIT:
            raise _malformed("the form has no field 'file', or too much before it")


def _after(mark: bytes, buffer: bytes, source: Body) -> tuple[bytes, bytes]:
    """What comes before a mark, and what is buffered after it."""
    while (found := buffer.find(mark)) < 0:
        if len(buffer) > _FIELDS_LIMIT + _READ:
            raise _malformed("a field is too long")
        buffer = _more(source, buffer)
    return buffer[:found], buffer[found + len(mark) :]


def _more(source: Body, buffer: bytes) -> bytes:
    more = source.read(_READ)
    if not more:
        raise Refused("IncompleteBody", "The form ends before its last boundary")
    return buffer + more


def _malformed(why: str) -> Refused:
    return Refused("MalformedPOSTRequest", f"The body is not well-formed multipart/form-data: {why}")
