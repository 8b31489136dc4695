"""The protocol rest-json."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpResponse
from brickline.gateway.protocols import eventstream, json_documents, rest
from brickline.gateway.protocols.protocol import Parse, Serialise, wire_error


class RestJsonProtocol:
    """Lambda, EventBridge Scheduler, SageMaker's runtimes."""

    content_type = "application/json"

    def parser(self, operation: OperationModel) -> Parse:
        return rest.parser(operation, self)

    def serialiser(self, operation: OperationModel) -> Serialise:
        return rest.serialiser(operation, self)

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
        error = wire_error(service, refused)
        headers = [
            ("Content-Type", self.content_type),
            ("x-amzn-RequestId", exchange.request_id),
            ("x-amzn-ErrorType", error.code),
        ]
        document: dict[str, Any] = {error.message_member: error.message}
        if error.shape:
            headers += rest.header_writer(error.shape)(error.members)
            document |= json_documents.writers().structure(error.shape, _located(error.shape))(error.members)
        return HttpResponse(error.status, headers, json_documents.dumps(document))

    def body_reader(self, shape: StructureShape) -> Callable[[bytes], Shape]:
        read = json_documents.readers().structure(shape, _located(shape))

        def read_body(content: bytes) -> Shape:
            document = json_documents.loads(content)
            if not isinstance(document, dict):
                raise Refused("SerializationException", "the body has to be a JSON object")
            value: Shape = read(document)
            return value

        return read_body

    def payload_reader(self, shape: ModelShape) -> Callable[[bytes], Any]:
        read = json_documents.readers().of(shape)
        return lambda content: read(json_documents.loads(content)) if read else json_documents.loads(content)

    def body_writer(self, _operation: OperationModel, shape: StructureShape) -> Callable[[Shape], bytes]:
        write = json_documents.writers().structure(shape, _located(shape))
        return lambda response: json_documents.dumps(write(response))

    def payload_writer(self, shape: ModelShape, _name: str) -> Callable[[Any], bytes]:
        write = json_documents.writers().of(shape)
        return lambda value: json_documents.dumps(write(value) if write else value)

    def event_writer(self, shape: StructureShape) -> Callable[[Any], eventstream.EventBody]:
        return eventstream.stream_body(shape, json_documents.writers(), json_documents.dumps)


def _located(shape: StructureShape) -> frozenset[str]:
    return frozenset(name for name, member in shape.members.items() if member.serialization.get("location"))


PROTOCOL = RestJsonProtocol()
