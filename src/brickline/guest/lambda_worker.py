"""The Python runtime of a Lambda function: started once per sandbox, it answers one invocation after the other.

    python lambda_worker.py

Reads from its environment `_HANDLER` (`module.function`), `LAMBDA_TASK_ROOT` (/var/task by default, the working
directory), the other variables that Lambda documents, and `BRICKLINE_LAMBDA_SOCKET`: the path of a Unix stream socket
on which the server listens. The worker connects, and ends when the server closes the connection.

Each frame is a length (four bytes, big-endian) and that many bytes of JSON. In order:

1. worker -> server, once, when the module of the handler has been imported: `{"ready": true, "init_ms": 12.5}`; where
   it cannot be, `{"ready": false, "init_ms": 3.1, "error": ERROR}`, after which the worker ends with exit code 1.
2. server -> worker, an invocation: `{"id": request id, "event": JSON text, "deadline_ms": epoch milliseconds,
   "arn": invoked function ARN}`, and optionally `"client_context"` (object), `"identity"` (object with
   cognitoIdentityId and cognitoIdentityPoolId), `"trace_id"`, `"tenant_id"`, `"log_group"` and `"log_stream"` (without
   them AWS_LAMBDA_LOG_GROUP_NAME and AWS_LAMBDA_LOG_STREAM_NAME count).
3. worker -> server, its outcome: `{"id", "ok": true, "payload": JSON text, "max_memory_mb": 56}` or
   `{"id", "ok": false, "error": ERROR, "max_memory_mb": 56}`. Then 2. again.

ERROR is `{"errorMessage", "errorType", "requestId", "stackTrace": [text, ...]}`, the payload that a client gets.

A handler that ends the process (sys.exit, a crash) closes the connection without an outcome: Runtime.ExitError is the
server's to say, and so are timeouts and the START, END and REPORT lines. What the function prints goes to file
descriptors 1 and 2, line by line: into the named pipe `BRICKLINE_LAMBDA_OUTPUT` where that is set. All that is in the
pipe when an outcome arrives belongs to its invocation.
"""

from __future__ import annotations

import decimal
import importlib
import io
import json
import logging
import os
import resource
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

_LENGTH = struct.Struct(">I")

if TYPE_CHECKING:
    Handler = Callable[[Any, "LambdaContext"], Any]


class InitError(Exception):
    """The handler cannot be loaded; `document` is the error as the client gets it."""

    def __init__(self, kind: str, message: str, stack: list[str] | None = None) -> None:
        super().__init__(message)
        self.document = error_document(kind, message, "", stack or [])


class Attributes:
    """A bag of attributes; a name that `values` does not have is None."""

    def __init__(self, names: tuple[str, ...], values: Mapping[str, Any]) -> None:
        for name in names:
            setattr(self, name, values.get(name))


class ClientContext(Attributes):
    """What a mobile client says about itself."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(("custom", "env"), values)
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        self.client = Attributes(names, values["client"]) if values.get("client") else None


class CognitoIdentity:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class LambdaContext:
    """The handler's second argument."""

    def __init__(self, invocation: Mapping[str, Any]) -> None:
        variables = os.environ
        self.aws_request_id: str = invocation["id"]
        self.invoked_function_arn: str = invocation["arn"]
        self.function_name = variables.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = variables.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = variables.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = invocation.get("log_group") or variables.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = invocation.get("log_stream") or variables.get("AWS_LAMBDA_LOG_STREAM_NAME")
        client_context = invocation.get("client_context")
        self.client_context = ClientContext(client_context) if client_context else None
        self.identity = CognitoIdentity(invocation.get("identity") or {})
        self.tenant_id = invocation.get("tenant_id")
        self._deadline_ms = invocation["deadline_ms"]

    def get_remaining_time_in_millis(self) -> int:
        return max(int(self._deadline_ms - time.time() * 1000), 0)

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))


class RequestFilter(logging.Filter):
    """Gives every log record the id of the invocation at hand."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object per record, for functions whose log format is JSON."""

    def format(self, record: logging.LogRecord) -> str:
        document = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", ""),
        }
        if record.exc_info and record.exc_info[0]:
            document["errorType"] = record.exc_info[0].__name__
            document["errorMessage"] = str(record.exc_info[1])
            document["stackTrace"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(document, default=str)


def set_up_logging() -> RequestFilter:
    """The root logger as Lambda sets it up: a handler is there already, so that `basicConfig` does nothing."""
    request_filter = RequestFilter()
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(request_filter)
    root = logging.getLogger()
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON":
        handler.setFormatter(JsonFormatter())
        root.setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").upper().replace("TRACE", "DEBUG"))
    else:
        text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(text, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    root.addHandler(handler)
    return request_filter


def load_handler(name: str) -> Handler:
    """The function that `module.function` names (the module part may have slashes). Raises InitError."""
    module_name, separator, function_name = name.rpartition(".")
    if not separator:
        message = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        raise InitError("Runtime.MalformedHandlerName", message)
    module = _import(module_name)
    if not hasattr(module, function_name):
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise InitError("Runtime.HandlerNotFound", message)
    handler: Handler = getattr(module, function_name)
    return handler


def _import(name: str) -> Any:
    if name.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {name} as a handler module"
        raise InitError("Runtime.BuiltInModuleConflict", message)
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", f"Unable to import module '{name}': {error}") from error
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        message = f"Syntax error in module '{name}': {error}"
        raise InitError("Runtime.UserCodeSyntaxError", message, [place]) from error
    except Exception as error:
        raise InitError(type(error).__name__, str(error), _stack(error)) from error


def invoke(handler: Handler, invocation: Mapping[str, Any]) -> dict[str, Any]:
    """Run one invocation: the `ok` member of its outcome, and the payload or the error."""
    request_id = invocation["id"]
    try:
        result = handler(json.loads(invocation["event"]), LambdaContext(invocation))
    except Exception as error:
        return _failed(error_document(type(error).__name__, str(error), request_id, _stack(error)))
    try:
        return {"ok": True, "payload": json.dumps(result, default=_plain, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        return _failed(error_document("Runtime.MarshalError", f"Unable to marshal response: {error}", request_id, []))


def error_document(kind: str, message: str, request_id: str, stack: list[str]) -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": stack}


def _failed(error: dict[str, Any]) -> dict[str, Any]:
    """An outcome with this error, which also goes to the function's log."""
    _log_error(error)
    return {"ok": False, "error": error}


def _log_error(error: Mapping[str, Any]) -> None:
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}")
    if error["stackTrace"]:
        print("Traceback (most recent call last):\n" + "".join(error["stackTrace"]), end="")


def _stack(error: BaseException) -> list[str]:
    """The frames of user code: without this file, and without the import system's own."""
    frames = traceback.extract_tb(error.__traceback__)
    shown = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    return traceback.format_list(shown)


def _plain(value: object) -> float:
    """Lambda's runtime writes decimals as numbers."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def send(connection: socket.socket, frame: Mapping[str, Any]) -> None:
    data = json.dumps(frame).encode()
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next frame; None where the server has closed the connection."""
    head = _read(connection, _LENGTH.size)
    body = _read(connection, _LENGTH.unpack(head)[0]) if head else None
    frame: dict[str, Any] | None = json.loads(body) if body else None
    return frame


def _read(connection: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(min(size - len(data), 1 << 20))
        if not chunk:
            return None
        data += chunk
    return bytes(data)


def main() -> int:
    """Serves invocations until the server closes the connection; returns the exit code."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(os.environ["BRICKLINE_LAMBDA_SOCKET"])
        _redirect_output(os.environ.get("BRICKLINE_LAMBDA_OUTPUT"))
        _prepare_process()
        request_filter = set_up_logging()
        began = time.monotonic()
        try:
            handler = load_handler(os.environ["_HANDLER"])
        except InitError as error:
            _log_error(error.document)
            _flush()
            send(connection, {"ready": False, "init_ms": _milliseconds_since(began), "error": error.document})
            return 1
        _flush()
        send(connection, {"ready": True, "init_ms": _milliseconds_since(began)})
        while (invocation := receive(connection)) is not None:
            request_filter.request_id = invocation["id"]
            if invocation.get("trace_id"):
                os.environ["_X_AMZN_TRACE_ID"] = invocation["trace_id"]
            outcome = invoke(handler, invocation)
            _flush()
            send(connection, {"id": invocation["id"], **outcome, "max_memory_mb": _max_memory_mb()})
    return 0


def _prepare_process() -> None:
    """Working directory, module path and streams as a function finds them."""
    task_root = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")
    layers = f"/opt/python/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    os.chdir(task_root)
    # In place of this file's folder, whose modules are none of the function's business.
    sys.path[:1] = [task_root, "/opt/python", layers]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _redirect_output(path: str | None) -> None:
    if path:
        pipe = os.open(path, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(pipe, descriptor)
        os.close(pipe)


def _flush() -> None:
    """What was printed stands in the log before the outcome is known."""
    sys.stdout.flush()
    sys.stderr.flush()


def _milliseconds_since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 2)


def _max_memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
