"""The protocol smithy-rpc-v2-cbor: operations by path, documents in CBOR."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cbor2
from botocore.model import OperationModel, ServiceModel
from botocore.model import Shape as ModelShape

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse
from brickline.gateway.protocols import eventstream, rpc
from brickline.gateway.protocols.documents import Converters
from brickline.gateway.protocols.json_documents import read_integer
from brickline.gateway.protocols.protocol import Convert, Labels, Parse, Serialise, wire_error

_PROTOCOL_HEADER = ("smithy-protocol", "rpc-v2-cbor")
_EPOCH_TAG = 1


class RpcV2CborProtocol:
    """Operations by `/service/<name>/operation/<name>`."""

    def parser(self, operation: OperationModel) -> Parse:
        read = Converters(_reader, reading=True).of(operation.input_shape) if operation.input_shape else None

        def parse(request: HttpRequest, _labels: Labels) -> Shape:
            document = _loads(request.content)
            if not isinstance(document, dict):
                raise Refused("SerializationException", "the body has to be a CBOR map")
            return read(document) if read else {}

        return parse

    def serialiser(self, operation: OperationModel) -> Serialise:
        writers = Converters(_writer, reading=False)
        if operation.has_event_stream_output:
            return eventstream.rpc_serialiser(operation, writers, cbor2.dumps)
        write = writers.of(operation.output_shape) if operation.output_shape else None

        def serialise(response: Shape, exchange: Exchange) -> HttpResponse:
            request_id = ("x-amzn-RequestId", exchange.request_id)
            if write is None:
                return HttpResponse(200, [_PROTOCOL_HEADER, request_id])
            headers = [_PROTOCOL_HEADER, ("Content-Type", "application/cbor"), request_id]
            return HttpResponse(200, headers, cbor2.dumps(write(response)))

        return serialise

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
        error = wire_error(service, refused)
        compatible = bool(service and service.is_query_compatible)
        write = Converters(_writer, reading=False).of(error.shape) if error.shape else None
        members = write(error.members) if write else {}
        headers = [_PROTOCOL_HEADER, ("Content-Type", "application/cbor")]
        headers += rpc.error_headers(error, exchange.request_id, compatible)
        return HttpResponse(error.status, headers, cbor2.dumps(rpc.error_document(error, members, compatible)))


def _loads(content: bytes) -> Any:
    if not content:
        return {}
    try:
        return cbor2.loads(content)
    except (cbor2.CBORDecodeError, ValueError) as error:
        raise Refused("SerializationException", f"the body is not CBOR: {error}") from None


def _reader(shape: ModelShape) -> Convert | None:
    readers: dict[str, Convert] = {"timestamp": _read_time, "integer": read_integer, "long": read_integer}
    return readers.get(shape.type_name)


def _read_time(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value


def _writer(shape: ModelShape) -> Convert | None:
    writers: dict[str, Convert] = {"timestamp": _write_time, "blob": bytes}
    return writers.get(shape.type_name)


def _write_time(value: float) -> cbor2.CBORTag:
    return cbor2.CBORTag(_EPOCH_TAG, int(value) if value == int(value) else float(value))


PROTOCOL = RpcV2CborProtocol()
