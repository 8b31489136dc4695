"""What the REST protocols have in common: members in the path, query, headers and status; the rest is the payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.model import ListShape, MapShape, OperationModel, StructureShape
from botocore.model import Shape as ModelShape

from brickline.baseplate.brick import Shape
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse
from brickline.gateway.protocols import eventstream, scalars
from brickline.gateway.protocols.protocol import Labels, Parse, Serialise

Part = Callable[[HttpRequest, Labels, Shape], None]
"""Reads one part of a request into the shape."""

Headers = list[tuple[str, str]]


class BodyFormat(Protocol):
    """How a REST protocol writes documents: rest-json in JSON, rest-xml in XML."""

    content_type: str

    def body_reader(self, shape: StructureShape) -> Callable[[bytes], Shape]:
        """What reads the members that have no other place, from a body that is theirs together."""
        ...

    def payload_reader(self, shape: ModelShape) -> Callable[[bytes], Any]:
        """What reads the one member that is the body."""
        ...

    def body_writer(self, operation: OperationModel, shape: StructureShape) -> Callable[[Shape], bytes]: ...

    def payload_writer(self, shape: ModelShape, name: str) -> Callable[[Any], bytes]: ...

    def event_writer(self, shape: StructureShape) -> Callable[[Any], eventstream.EventBody]: ...


def parser(operation: OperationModel, body_format: BodyFormat) -> Parse:
    if operation.input_shape is None:
        return lambda _request, _labels: {}
    shape = operation.input_shape
    parts = [
        _READERS[place](name, member)
        for name, member in shape.members.items()
        if (place := member.serialization.get("location"))
    ]
    if payload := shape.serialization.get("payload"):
        is_required = payload in shape.required_members
        parts.append(_payload_part(payload, shape.members[payload], body_format, is_required))
    elif _body_members(shape):
        parts.append(_body_part(shape, body_format))

    def parse(request: HttpRequest, labels: Labels) -> Shape:
        value: Shape = {}
        for read in parts:
            read(request, labels, value)
        return value

    return parse


def serialiser(operation: OperationModel, body_format: BodyFormat) -> Serialise:
    status = int(operation.http.get("responseCode", 200))
    shape = operation.output_shape
    if shape is None:
        return lambda _response, exchange: HttpResponse(status, [("x-amzn-RequestId", exchange.request_id)])
    write_headers = header_writer(shape)
    write_body = _body_writer(operation, shape, body_format)
    has_own_type = any(
        member.serialization.get("name", "").lower() == "content-type" for member in shape.members.values()
    )
    status_member = next((n for n, m in shape.members.items() if m.serialization.get("location") == "statusCode"), "")

    def serialise(response: Shape, exchange: Exchange) -> HttpResponse:
        headers = write_headers(response)
        content_type, body = write_body(response)
        if content_type and not has_own_type:
            headers.append(("Content-Type", content_type))
        headers.append(("x-amzn-RequestId", exchange.request_id))
        return HttpResponse(response.get(status_member) or status, headers, body)

    return serialise


def header_writer(shape: StructureShape) -> Callable[[Mapping[str, Any]], Headers]:
    """What writes the members that stand in headers."""
    writers = {
        name: _header_member_writer(name, member)
        for name, member in shape.members.items()
        if member.serialization.get("location") in ("header", "headers")
    }

    def write(value: Mapping[str, Any]) -> Headers:
        headers: Headers = []
        for name, item in value.items():
            if item is not None and name in writers:
                headers += writers[name](item)
        return headers

    return write


def _body_members(shape: StructureShape) -> list[str]:
    return [name for name, member in shape.members.items() if not member.serialization.get("location")]


# Reading


def _label_part(name: str, member: ModelShape) -> Part:
    wire, read = _wire_name(member, name), scalars.reader(member)

    def part(_request: HttpRequest, labels: Labels, value: Shape) -> None:
        if wire in labels:
            value[name] = read(labels[wire])

    return part


def _query_part(name: str, member: ModelShape) -> Part:
    wire = _wire_name(member, name)
    match member:
        case ListShape():
            return _query_list_part(name, wire, scalars.reader(member.member))
        case MapShape():
            return _query_map_part(name, isinstance(member.value, ListShape))
    read = scalars.reader(member)

    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        if wire in request.parameter:
            value[name] = read(request.parameter[wire])

    return part


def _query_list_part(name: str, wire: str, read: scalars.Read) -> Part:
    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        found = [read(text) for key, text in request.parameters if key == wire]
        if found:
            value[name] = found

    return part


def _query_map_part(name: str, has_lists: bool) -> Part:
    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        if has_lists:
            lists: dict[str, list[str]] = {}
            for key, text in request.parameters:
                lists.setdefault(key, []).append(text)
            value[name] = lists
        else:
            value[name] = dict(request.parameter)

    return part


def _header_part(name: str, member: ModelShape) -> Part:
    wire = _wire_name(member, name).lower()
    read = _header_reader(member)
    is_enum = bool(getattr(member, "enum", None))

    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        text = request.headers.find(wire)
        if text is not None and not (is_enum and not text):  # clients send an empty x-amz-acl where they mean none
            value[name] = read(text)

    return part


def _header_reader(member: ModelShape) -> Callable[[str], Any]:
    if isinstance(member, ListShape):
        return _header_list_reader(member)
    if choices := getattr(member, "enum", None):
        known = {choice.lower(): choice for choice in choices}
        return lambda text: known.get(text.lower(), text)  # the C++ SDK sends `x-amz-checksum-mode: enabled`
    return scalars.reader(member)


def _header_list_reader(member: ListShape) -> Callable[[str], list[Any]]:
    read = scalars.reader(member.member)
    if member.member.type_name == "timestamp":  # an HTTP date has a comma of its own
        return lambda text: [read(piece) for piece in _dates(text)]
    return lambda text: [read(piece) for piece in split_header(text)]


def _dates(text: str) -> list[str]:
    pieces = [piece.strip() for piece in text.split(",")]
    if not any(piece[:1].isalpha() for piece in pieces):
        return pieces
    return [f"{day}, {date}" for day, date in zip(pieces[::2], pieces[1::2], strict=False)]


def _headers_part(name: str, member: ModelShape) -> Part:
    prefix = member.serialization.get("name", "").lower()

    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        found = {key[len(prefix) :]: text for key, text in request.headers if key.startswith(prefix)}
        if found:
            value[name] = found

    return part


_READERS: dict[str, Callable[[str, ModelShape], Part]] = {
    "uri": _label_part,
    "querystring": _query_part,
    "header": _header_part,
    "headers": _headers_part,
    "statusCode": _header_part,
}


def _payload_part(name: str, member: ModelShape, body_format: BodyFormat, is_required: bool) -> Part:
    if member.serialization.get("streaming"):
        return lambda request, _labels, value: value.update({name: request.body})
    if member.type_name == "blob":
        read: Callable[[bytes], Any] = bytes
    elif member.type_name == "string":
        read = lambda content: content.decode("utf-8", "replace")  # noqa: E731
    else:
        read = body_format.payload_reader(member)

    is_given_empty = is_required and member.type_name == "blob"  # no bytes are a value, too: InvokeEndpoint

    def part(request: HttpRequest, _labels: Labels, value: Shape) -> None:
        if request.content or is_given_empty:
            value[name] = read(request.content)

    return part


def _body_part(shape: StructureShape, body_format: BodyFormat) -> Part:
    read = body_format.body_reader(shape)
    return lambda request, _labels, value: value.update(read(request.content) if request.content else {})


def split_header(text: str) -> list[str]:
    """A header's list: items may be quoted, with `\\"` for a quote inside."""
    items: list[str] = []
    item, quoted, escaped = "", False, False
    for letter in text:
        if escaped or (letter not in '"\\' and (quoted or letter != ",")):
            item, escaped = item + letter, False
        elif letter == "\\" and quoted:
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == ",":
            items, item = [*items, item], ""
        else:
            item += letter
    return [piece.strip() for piece in [*items, item]]


# Writing


def _header_member_writer(name: str, member: ModelShape) -> Callable[[Any], Headers]:
    wire = _wire_name(member, name)
    if member.serialization["location"] == "headers":
        prefix = member.serialization.get("name", "")
        return lambda value: [(prefix + key, str(text)) for key, text in value.items()]
    if isinstance(member, ListShape):
        write_item = scalars.writer(member.member, "rfc822")
        return lambda value: [(wire, ",".join(_quoted(write_item(item)) for item in value))] if value else []
    write = scalars.writer(member, "rfc822")
    return lambda value: [(wire, write(value))]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"' if '"' in text or "," in text else text


def _body_writer(
    operation: OperationModel, shape: StructureShape, body_format: BodyFormat
) -> Callable[[Shape], tuple[str, Any]]:
    """What writes the body: its content type (empty for none) and its bytes, or a Body."""
    payload = shape.serialization.get("payload")
    if payload:
        return _payload_writer(payload, shape.members[payload], body_format)
    if not _body_members(shape):
        return lambda _response: ("", b"")
    write = body_format.body_writer(operation, shape)
    return lambda response: (body_format.content_type, write(response))


def _payload_writer(name: str, member: ModelShape, body_format: BodyFormat) -> Callable[[Shape], tuple[str, Any]]:
    if isinstance(member, StructureShape) and member.serialization.get("eventstream"):
        write_events = body_format.event_writer(member)
        return lambda response: (eventstream.CONTENT_TYPE, write_events(response.get(name) or ()))
    if member.type_name == "string":
        return lambda response: ("text/plain", (response.get(name) or "").encode())
    if member.type_name == "blob":
        return lambda response: ("application/octet-stream", response.get(name) or b"")
    write = body_format.payload_writer(member, name)
    return lambda response: (
        ("", b"") if response.get(name) is None else (body_format.content_type, write(response[name]))
    )


def _wire_name(member: ModelShape, name: str) -> str:
    wire: str = member.serialization.get("name", name)
    return wire
