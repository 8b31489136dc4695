"""The protocol rest-xml. S3 is its one speaker here; what only S3 does stands in `s3`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpResponse
from brickline.gateway.protocols import eventstream, rest, s3, xml_documents
from brickline.gateway.protocols.protocol import Parse, Serialise
from brickline.gateway.xml_text import DECLARATION


class RestXmlProtocol:
    """Documents in XML, in S3's namespace."""

    content_type = "application/xml"

    def parser(self, operation: OperationModel) -> Parse:
        return rest.parser(operation, self)

    def serialiser(self, operation: OperationModel) -> Serialise:
        return s3.with_s3_ids(rest.serialiser(operation, self))

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
        return s3.error(service, refused, exchange)

    def body_reader(self, shape: StructureShape) -> Callable[[bytes], Shape]:
        return self.payload_reader(shape)

    def payload_reader(self, shape: ModelShape) -> Callable[[bytes], Any]:
        read = xml_documents.Readers().of(shape)
        return lambda content: read([xml_documents.parse(content)])

    def body_writer(self, operation: OperationModel, shape: StructureShape) -> Callable[[Shape], bytes]:
        return s3.body_writer(operation, xml_documents.Writers().members(shape))

    def payload_writer(self, shape: ModelShape, name: str) -> Callable[[Any], bytes]:
        if not isinstance(shape, StructureShape):
            raise NotImplementedError(f"the payload {name} is a {shape.type_name}; XML payloads are structures")
        write = xml_documents.Writers().members(shape)
        root = shape.serialization.get("name", name)
        return lambda value: f'{DECLARATION}<{root} xmlns="{s3.NAMESPACE}">{write(value)}</{root}>'.encode()

    def event_writer(self, shape: StructureShape) -> Callable[[Any], eventstream.EventBody]:
        return eventstream.stream_body(shape, _event_members(), lambda document: str(document).encode())


def _event_members() -> Any:
    raise NotImplementedError("S3's one event stream, SelectObjectContent, has no brick")


PROTOCOL = RestXmlProtocol()
