"""The protocol json, versions 1.0 and 1.1: the answer has the version of the request."""

from __future__ import annotations

from botocore.model import OperationModel, ServiceModel

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse
from brickline.gateway.protocols import eventstream, json_documents, rpc
from brickline.gateway.protocols.protocol import Labels, Parse, Serialise, wire_error


class JsonProtocol:
    """Operations by `X-Amz-Target`, documents in JSON."""

    def parser(self, operation: OperationModel) -> Parse:
        read = json_documents.readers().of(operation.input_shape) if operation.input_shape else None

        def parse(request: HttpRequest, _labels: Labels) -> Shape:
            document = json_documents.loads(request.content)
            if not isinstance(document, dict):
                raise Refused("SerializationException", "the body has to be a JSON object")
            return read(document) if read else {}

        return parse

    def serialiser(self, operation: OperationModel) -> Serialise:
        if operation.has_event_stream_output:
            return eventstream.rpc_serialiser(operation, json_documents.writers(), json_documents.dumps)
        write = json_documents.writers().of(operation.output_shape) if operation.output_shape else None

        def serialise(response: Shape, exchange: Exchange) -> HttpResponse:
            body = json_documents.dumps(write(response) if write else {})
            return HttpResponse(200, _headers(exchange), body)

        return serialise

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
        error = wire_error(service, refused)
        compatible = bool(service and service.is_query_compatible)
        write = json_documents.writers().of(error.shape) if error.shape else None
        members = write(error.members) if write else {}
        headers = [_content_type(exchange), *rpc.error_headers(error, exchange.request_id, compatible)]
        body = json_documents.dumps(rpc.error_document(error, members, compatible))
        return HttpResponse(error.status, headers, body)


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    return [_content_type(exchange), ("x-amzn-RequestId", exchange.request_id)]


def _content_type(exchange: Exchange) -> tuple[str, str]:
    asked = exchange.request.content_type
    return ("Content-Type", asked if asked.startswith("application/x-amz-json-") else "application/x-amz-json-1.1")


PROTOCOL = JsonProtocol()
