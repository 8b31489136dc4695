"""The inference contract, as far as it needs no framework: content types, arguments, what functions may return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brickline.guest.inference import Reply, Request, ScriptInference
from brickline.guest.inference_defaults import GENERIC, SKLEARN, XGBOOST, defaults_of
from brickline.guest.inference_formats import accepted, media_type, text_of


def answer(request: Request | None = None, **functions: Callable[..., Any]) -> Reply:
    inference = ScriptInference(Path("/opt/ml/model"), SimpleNamespace(**functions), GENERIC)
    return inference.answer(inference.load(), request or Request(b"abc", "text/csv", "text/plain", {"x-own": "1"}))


def load(folder: str) -> str:
    return folder


def test_content_types() -> None:
    assert media_type("Text/CSV; charset=utf-8") == "text/csv"
    assert accepted("text/csv, application/json;q=0.9") == ["text/csv", "application/json"]
    assert text_of("ä".encode("latin-1"), 'text/csv; charset="latin-1"') == "ä"


def test_functions_get_text_or_bytes_and_hand_on_what_they_return() -> None:
    seen: list[Any] = []

    def transform_fn(model: Any, data: Any, content_type: str, accept: str) -> str:
        seen.append((model, data, content_type, accept))
        return "done"

    assert answer(model_fn=load, transform_fn=transform_fn) == Reply(b"done", "text/plain")
    answer(Request(b"abc", "application/x-npy", "text/plain"), model_fn=load, transform_fn=transform_fn)
    assert seen == [
        ("/opt/ml/model", "abc", "text/csv", "text/plain"),
        ("/opt/ml/model", b"abc", "application/x-npy", "text/plain"),
    ]


def test_a_last_argument_is_the_context() -> None:
    def transform_fn(model: Any, data: Any, content_type: str, accept: str, context: Any) -> str:
        context.set_response_status(code=201)
        context.set_response_content_type(0, "text/html")
        context.set_response_header(0, "x-said", context.get_request_header(0, "X-Own"))
        return context.system_properties["model_dir"]  # type: ignore[no-any-return]

    reply = answer(model_fn=lambda folder, context: folder, transform_fn=transform_fn)
    assert reply == Reply(b"/opt/ml/model", "text/html", 201, {"x-said": "1"})


class Response:
    """As web frameworks have it."""

    status_code, mimetype = 202, "text/xml"

    def get_data(self) -> bytes:
        return b"<x/>"


@pytest.mark.parametrize(
    ("returned", "reply"),
    [
        ("text", Reply(b"text", "text/plain")),
        (bytearray(b"bytes"), Reply(b"bytes", "text/plain")),
        (("[1]", "application/json"), Reply(b"[1]", "application/json")),
        (Response(), Reply(b"<x/>", "text/xml", 202)),
    ],
)
def test_what_functions_may_return(returned: Any, reply: Reply) -> None:
    assert answer(model_fn=load, transform_fn=lambda *_: returned) == reply


def test_an_iterator_is_a_body_in_pieces() -> None:
    body = answer(model_fn=load, transform_fn=lambda *_: iter(["a", b"b"])).body
    assert isinstance(body, Iterator)
    assert [*body] == [b"a", b"b"]


class Teapot(Exception):
    status_code = 418


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(ValueError("no"), 500, b"no\nTraceback"), (Teapot("short"), 418, b"short\nTraceback")],
)
def test_an_exception_is_told_with_its_status(error: Exception, status: int, said: bytes) -> None:
    def transform_fn(*_: Any) -> None:
        raise error

    reply = answer(model_fn=load, transform_fn=transform_fn)
    assert (reply.status, isinstance(reply.body, bytes) and reply.body.startswith(said)) == (status, True)


def test_what_returns_no_body_is_told() -> None:
    reply = answer(model_fn=load, transform_fn=lambda *_: {"not": "a body"})
    assert (reply.status, b"returned dict" in bytes(reply.body)) == (500, True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "functions",
    [
        {"model_fn": lambda: 1},
        {"model_fn": load, "input_fn": lambda a, b, c, d: 1},
        {"model_fn": load, "transform_fn": lambda *_: "", "predict_fn": lambda a, b: 1},
    ],
)
def test_functions_that_cannot_be_called_are_told_when_the_model_loads(functions: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        answer(**functions)


def test_defaults_are_those_of_the_framework() -> None:
    assert defaults_of("sagemaker_sklearn_container.serving:main") is SKLEARN
    assert defaults_of("sagemaker_xgboost_container.serving:main") is XGBOOST
    assert defaults_of("") is GENERIC
    with pytest.raises(NotImplementedError, match="Please provide a model_fn"):
        answer()
