"""What a model server is asked and answers: the inference contract of SageMaker's framework containers.

`ScriptInference` runs the user's `inference.py`: model_fn, input_fn, predict_fn and output_fn, or transform_fn, each
with the framework's own default (`inference_defaults.py`); `xgboost_inference.py` runs the built-in algorithm's
artifacts.
"""

from __future__ import annotations

import inspect
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from .inference_defaults import Defaults
from .inference_formats import JSON, TEXT_TYPES, UnsupportedFormat, media_type, text_of
from .libraries import library


@dataclass(frozen=True)
class Request:
    """A POST /invocations. Header names are in lower case."""

    body: bytes
    content_type: str
    accept: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """The answer to it; a body in pieces is sent as they come."""

    body: bytes | Iterator[bytes]
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Inference(Protocol):
    """A kind of model. `load` is called once, before the processes that answer are forked where that can be."""

    has_execution_parameters: bool
    """Whether GET /execution-parameters is answered, from which batch transform takes its defaults."""

    def load(self) -> Any: ...

    def answer(self, model: Any, request: Request) -> Reply: ...


class Context:
    """What a function may take as its last argument: the request's headers, and the answer's, as MMS has them."""

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        self.system_properties: dict[str, Any] = {"model_dir": str(folder), "gpu_id": None}
        self.request_headers = headers
        self.content_type: str | None = None
        self.status = 200
        self.headers: dict[str, str] = {}

    def get_request_header(self, index: int, name: str) -> str | None:  # noqa: ARG002
        return self.request_headers.get(name.lower())

    def get_all_request_header(self, index: int) -> Mapping[str, str]:  # noqa: ARG002
        return self.request_headers

    def set_response_content_type(self, index: int, value: str) -> None:  # noqa: ARG002
        self.content_type = value

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:  # noqa: ARG002
        self.status = code

    def set_response_header(self, index: int, name: str, value: str) -> None:  # noqa: ARG002
        self.headers[name] = value


class ScriptInference:
    """The user's functions, or the framework's where there is none."""

    has_execution_parameters = True

    def __init__(self, folder: Path, module: Any, defaults: Defaults) -> None:
        self._folder = folder
        self._functions = _functions(module, defaults)

    def load(self) -> Any:
        model = self._call("model_fn", Context(self._folder, {}), str(self._folder))
        if "model_warmup_fn" in self._functions:
            self._call("model_warmup_fn", Context(self._folder, {}), str(self._folder), model)
        return model

    def answer(self, model: Any, request: Request) -> Reply:
        context = Context(self._folder, request.headers)
        try:
            result = self._transform(model, request, context)
            reply = _reply(result, request.accept)
        except UnsupportedFormat as error:
            return _told(error.status, error)
        except Exception as error:
            traceback.print_exc()
            return failure(error)
        return replace(
            reply,
            status=context.status if reply.status == 200 else reply.status,
            content_type=context.content_type or reply.content_type,
            headers=context.headers,
        )

    def _transform(self, model: Any, request: Request, context: Context) -> Any:
        is_text = media_type(request.content_type) in TEXT_TYPES
        data = text_of(request.body, request.content_type) if is_text else request.body
        if "transform_fn" in self._functions:
            return self._call("transform_fn", context, model, data, request.content_type, request.accept)
        features = self._call("input_fn", context, data, request.content_type)
        prediction = self._call("predict_fn", context, features, model)
        return self._call("output_fn", context, prediction, request.accept)

    def _call(self, name: str, context: Context, *arguments: Any) -> Any:
        function, takes_context = self._functions[name]
        return function(*arguments, context) if takes_context else function(*arguments)


_ARGUMENTS = {"model_fn": 1, "input_fn": 2, "predict_fn": 2, "output_fn": 2, "transform_fn": 4, "model_warmup_fn": 2}


def import_program(program: Path) -> Any:
    """The user's module, by its own name: what was pickled with it is found again."""
    folder = program.parent
    sys.path[:0] = [str(folder), str(folder / "lib")]
    return library(program.stem)


def _functions(module: Any, defaults: Defaults) -> dict[str, tuple[Callable[..., Any], bool]]:
    """Each function, and whether it takes the context. Raises ValueError, TypeError for those that cannot be."""
    own = {name: getattr(module, name) for name in _ARGUMENTS if hasattr(module, name)}
    parts = sorted({"input_fn", "predict_fn", "output_fn"} & set(own))
    if "transform_fn" in own and parts:
        raise ValueError(f"Cannot use transform_fn implementation in conjunction with {', '.join(parts)}")
    return {name: (function, _takes_context(name, function)) for name, function in {**vars(defaults), **own}.items()}


def _takes_context(name: str, function: Callable[..., Any]) -> bool:
    wanted = _ARGUMENTS[name]
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return False
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    needed = [one for one in positional if one.default is one.empty]
    if len(needed) > wanted + 1 or len(positional) < wanted:
        raise TypeError(f"{name} definition error: it takes {len(needed)} arguments, and has to take {wanted}")
    return len(needed) == wanted + 1


def _reply(result: Any, accept: str) -> Reply:
    """What output_fn or transform_fn returned: a body, a body and its content type, or a web framework's response."""
    if isinstance(result, tuple) and len(result) == 2:
        return Reply(_body(result[0]), str(result[1]))
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        return Reply(result.get_data(), result.mimetype, result.status_code)
    return Reply(_body(result), accept)


def _body(value: Any) -> bytes | Iterator[bytes]:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, Iterator):
        return _pieces(value)
    raise TypeError(
        f"output_fn or transform_fn returned {type(value).__name__}; it has to return str or bytes, an iterator of "
        "those, or a pair of one of them and its content type"
    )


def _pieces(values: Iterable[Any]) -> Iterator[bytes]:
    for value in values:
        yield value.encode() if isinstance(value, str) else bytes(value)


def failure(error: BaseException) -> Reply:
    """As the inference toolkit tells of an exception: its message and its traceback; its own status if it has one."""
    status = getattr(error, "status_code", None)
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    body = f"{error}\n{trace}".encode("utf-8", "replace")
    return Reply(body, status=status if isinstance(status, int) and 400 <= status < 600 else 500)


def _told(status: int, error: Exception) -> Reply:
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    document = {"error": type(error).__name__, "error-message": str(error), "stack-trace": trace}
    return Reply(json.dumps(document).encode(), JSON, status)
