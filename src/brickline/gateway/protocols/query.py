"""The query protocol: a form with `Action`, answered in XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.shapes import OncePerShape
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse
from brickline.gateway.protocols import scalars
from brickline.gateway.protocols.protocol import Labels, Parse, Serialise, wire_error
from brickline.gateway.protocols.xml_documents import Writers
from brickline.gateway.xml_text import DECLARATION, escape

Tree = dict[str, Any]
"""A form's names, split at the dots: `Tags.member.1.Key=x` is {"Tags": {"member": {"1": {"Key": {"": "x"}}}}}."""

Read = Callable[[Tree], Any]


class QueryProtocol:
    """IAM, STS, SNS, CloudFormation."""

    def parser(self, operation: OperationModel) -> Parse:
        read = _Readers().of(operation.input_shape) if operation.input_shape else None

        def parse(request: HttpRequest, _labels: Labels) -> Shape:
            value: Shape = read(_tree(request.form)) if read else {}
            return value

        return parse

    def serialiser(self, operation: OperationModel) -> Serialise:
        output = operation.output_shape
        wrapper = output.serialization.get("resultWrapper") if output else None
        write = Writers().members(output) if output else lambda _response: ""
        start, end = (f"<{wrapper}>", f"</{wrapper}>") if wrapper else ("", "")
        name = operation.name

        def serialise(response: Shape, exchange: Exchange) -> HttpResponse:
            body = (
                f"<{name}Response{_namespace(operation.service_model)}>{start}{write(response)}{end}<ResponseMetadata>"
                f"<RequestId>{exchange.request_id}</RequestId></ResponseMetadata></{name}Response>"
            )
            return _response(200, body, exchange)

        return serialise

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
        error = wire_error(service, refused)
        members = Writers().members(error.shape)(error.members) if error.shape else ""
        body = (
            f"<ErrorResponse{_namespace(service)}><Error><Type>{error.fault}</Type><Code>{escape(error.code)}</Code>"
            f"<Message>{escape(error.message)}</Message>{members}</Error>"
            f"<RequestId>{exchange.request_id}</RequestId></ErrorResponse>"
        )
        return _response(error.status, body, exchange)


def _response(status: int, body: str, exchange: Exchange) -> HttpResponse:
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", exchange.request_id)]
    return HttpResponse(status, headers, (DECLARATION + body).encode())


def _namespace(service: ServiceModel | None) -> str:
    uri = service.metadata.get("xmlNamespace") if service else None
    return f' xmlns="{uri}"' if uri else ""


def _tree(pairs: dict[str, str]) -> Tree:
    tree: Tree = {}
    for name, value in pairs.items():
        node = tree
        for part in name.split("."):
            node = node.setdefault(part, {})
        node[""] = value
    return tree


class _Readers:
    """Makes what reads shapes from a form's tree."""

    def __init__(self) -> None:
        self._once: OncePerShape[Read] = OncePerShape(self._structure, self._list, self._map, _scalar_reader)

    def of(self, shape: ModelShape) -> Read:
        return self._once.of(shape)

    def _structure(self, shape: StructureShape) -> Read:
        members = {}
        for name, member in shape.members.items():
            members[_wire_name(member, name)] = (name, self.of(member))

        def read(tree: Tree) -> Any:
            return {members[wire][0]: members[wire][1](node) for wire, node in tree.items() if wire in members}

        return read

    def _list(self, shape: ListShape) -> Read:
        read_item = self.of(shape.member)
        inner = "" if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member")
        return lambda tree: [read_item(node) for node in _in_order(tree, inner)]

    def _map(self, shape: MapShape) -> Read:
        read_key, read_value = self.of(shape.key), self.of(shape.value)
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        inner = "" if shape.serialization.get("flattened") else "entry"
        return lambda tree: {
            read_key(node.get(key_name, {})): read_value(node.get(value_name, {})) for node in _in_order(tree, inner)
        }


def _scalar_reader(shape: ModelShape) -> Read:
    read = scalars.reader(shape)
    return lambda tree: read(tree.get("", ""))


def _wire_name(member: ModelShape, name: str) -> str:
    """A flattened list's own elements' name stands in place of the member's."""
    default = member.serialization.get("name", name)
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        default = member.member.serialization.get("name", default)
    return str(default)


def _in_order(tree: Tree, inner: str) -> list[Tree]:
    """The nodes `1`, `2`, ... below `inner` (or right here); an empty list is sent as an empty value."""
    nodes = tree.get(inner, {}) if inner else tree
    return [nodes[number] for number in sorted((part for part in nodes if part.isdigit()), key=int)]


PROTOCOL = QueryProtocol()
