"""Every protocol against botocore: its serialiser writes the requests read here, its parser reads the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.compat import urlencode
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from brickline.baseplate.bodies import Body, BytesBody
from brickline.baseplate.models import service_model
from brickline.gateway import protocols
from brickline.gateway.http import Exchange, Headers, HttpRequest
from brickline.gateway.routing import Target, find_route

SPOKEN = [
    ("codebuild", "smithy-rpc-v2-cbor"),
    ("codebuild", "json"),
    ("cloudwatch", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "json"),
    ("cloudwatch", "query"),
    ("iam", "query"),
    ("lambda", "rest-json"),
    ("logs", "json"),
    ("s3", "rest-xml"),
    ("sagemaker", "json"),
    ("sagemaker-runtime", "rest-json"),
    ("scheduler", "rest-json"),
    ("sts", "query"),
]
_NOT_BY_PARSER_ALONE = {"GetBucketLocation"}
"""botocore reads these with a handler of the client's: test_calls has them."""

_BY_HOST = {"ListDirectoryBuckets"}
"""Told from ListBuckets by the host alone (S3 Express)."""

_HEADER_TEXT = st.text("abcXYZ019-_./:; ", min_size=1, max_size=12).map(str.strip).filter(bool)
_PATH_TEXT = st.text("abcXYZ019-_.~ +&?%#/:ü한", min_size=1, max_size=12).filter(lambda text: text.strip("/."))
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=12
)
_TIMES = st.integers(0, 4_000_000_000)
_DEPTH = 4

few = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Values:
    """Draws values of shapes; `timestamp` makes what the one side has for a time."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def of(self, shape: Shape, depth: int = 0) -> Any:
        match shape:
            case StructureShape() if shape.is_document_type:
                return {"a": [1, "two", None, {"b": 0.5}]}
            case StructureShape():
                return self._structure(shape, depth)
            case ListShape():
                return [self.of(shape.member, depth + 1) for _ in range(self._draw(st.integers(1, 2)))]
            case MapShape():
                if _place(shape) == "headers":
                    return {self._draw(st.text("abc01-", min_size=1, max_size=8)): self._draw(_HEADER_TEXT)}
                return {self.of(shape.key, depth): self.of(shape.value, depth + 1)}
            case _:
                return self._draw(_scalar(shape))

    def _structure(self, shape: StructureShape, depth: int) -> dict[str, Any]:
        names = list(shape.members)
        if shape.is_tagged_union:
            names = [self._draw(st.sampled_from(names))]
        wanted = (
            name
            for name in names
            if shape.is_tagged_union
            or name in shape.required_members
            or _place(shape.members[name]) == "statusCode"
            or (depth < _DEPTH and not _is_deep(shape.members[name], depth) and self._draw(st.booleans()))
        )
        return {name: self.of(shape.members[name], depth + 1) for name in wanted}


def _is_deep(shape: Shape, depth: int) -> bool:
    return isinstance(shape, StructureShape | ListShape | MapShape) and depth > 1


def _place(shape: Shape) -> str:
    place: str = shape.serialization.get("location", "")
    return place


def _scalar(shape: Shape) -> st.SearchStrategy[Any]:
    if isinstance(shape, StringShape) and shape.enum:
        return st.sampled_from([value for value in shape.enum if value] or [""])
    if shape.serialization.get("hostLabel"):
        return st.text("abc019-", min_size=1, max_size=8)
    if shape.serialization.get("jsonvalue"):
        return st.just({"a": [1, "ü"]})
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "string": {"header": _HEADER_TEXT, "uri": _PATH_TEXT}.get(_place(shape), _TEXT),
        "character": st.sampled_from("abc"),
        "integer": st.integers(200, 299) if _place(shape) == "statusCode" else st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
        "double": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "timestamp": _TIMES.map(float),
        "blob": st.binary(max_size=40),
    }
    return by_type[shape.type_name]


def _operations(service: str) -> list[OperationModel]:
    model = service_model(service)
    operations = (model.operation_model(name) for name in model.operation_names)
    return [operation for operation in operations if not operation.deprecated and operation.name not in _BY_HOST]


def _for_botocore(shape: Shape, value: Any) -> Any:
    """A value with botocore's datetimes for times."""
    match shape:
        case StructureShape() if not shape.is_document_type:
            return {name: _for_botocore(shape.members[name], item) for name, item in value.items()}
        case ListShape():
            return [_for_botocore(shape.member, item) for item in value]
        case MapShape():
            return {key: _for_botocore(shape.value, item) for key, item in value.items()}
        case _:
            return datetime.fromtimestamp(value, UTC) if shape.type_name == "timestamp" else value


def _plain(value: Any) -> Any:
    """A parsed value with datetimes as epoch seconds, and bodies as bytes."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytearray):
        return bytes(value)
    return value.read() if hasattr(value, "read") else value


def _sent(operation: OperationModel, protocol: str, value: dict[str, Any]) -> HttpRequest:
    """The request that botocore's serialiser makes, as it comes over the wire."""
    made = create_serializer(protocol, include_validation=False).serialize_to_request(value, operation)
    path, _, query = made["url_path"].partition("?")
    extra = urlencode(made["query_string"] or {}, doseq=True)
    body = urlencode(made["body"]) if isinstance(made["body"], dict) else made["body"]
    body = body.encode() if isinstance(body, str) else body
    headers = [(name, str(text)) for name, text in made["headers"].items()]
    query = "&".join(filter(None, [query, extra]))
    return HttpRequest(made["method"], path, query, Headers(headers), BytesBody(bytes(body)))


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_requests_that_botocore_writes_are_read_as_they_were_meant(service: str, protocol: str) -> None:
    for operation in _operations(service):
        _check_request(operation, protocol)


def _check_request(operation: OperationModel, protocol: str) -> None:
    shape = operation.input_shape
    if shape is None or operation.has_event_stream_input:
        return

    @few
    @given(st.data())
    def check(data: st.DataObject) -> None:
        value = Values(data.draw).of(shape)
        request = _sent(operation, protocol, _for_botocore(shape, value))
        target = Target(operation.service_model.service_name, protocol, operation.name)
        route = find_route(request, target)
        assert route.operation.name == operation.name
        read = protocols.parser(protocol, operation)(request, route.labels)
        assert _without_empty(_plain(read)) == _without_empty(value), operation.name

    check()


def _without_empty(value: dict[str, Any]) -> Any:
    """Empty structures and bodies are not told apart from none on every wire."""
    return {name: item for name, item in _pruned(value).items() if item not in ({}, b"", "")}


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: pruned for name, item in value.items() if (pruned := _pruned(item)) not in ({}, [])}
    if isinstance(value, list):
        return [pruned for item in value if (pruned := _pruned(item)) not in ({}, [])]
    return value


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_answers_are_read_by_botocore_as_they_were_meant(service: str, protocol: str) -> None:
    for operation in _operations(service):
        if operation.name not in _NOT_BY_PARSER_ALONE and not operation.has_event_stream_output:
            _check_answer(operation, protocol)


def _check_answer(operation: OperationModel, protocol: str) -> None:
    shape = operation.output_shape
    request = HttpRequest(operation.http.get("method", "POST"), "/", headers=Headers())

    @few
    @given(st.data())
    def check(data: st.DataObject) -> None:
        value = Values(data.draw).of(shape) if shape else {}
        answer = protocols.serialiser(protocol, operation)({**value, "NotInTheShape": 1}, Exchange(request, "id-1"))
        parsed = create_parser(protocol).parse(
            {
                "status_code": answer.status,
                "headers": HeadersDict(dict(answer.headers)),
                "body": bytearray(_bytes(answer.body)) if _is_raw(shape) else _bytes(answer.body),
            },
            shape,
        )
        metadata = parsed.pop("ResponseMetadata")
        assert metadata.get("RequestId", "id-1") == "id-1"
        assert _without_empty(_plain(parsed)) == _without_empty(value), operation.name

    check()


def _is_raw(shape: Shape | None) -> bool:
    payload = shape.serialization.get("payload") if isinstance(shape, StructureShape) else None
    return payload is not None and shape.members[payload].type_name == "blob"


def _bytes(body: bytes | Body) -> bytes:
    return body if isinstance(body, bytes) else body.read()
