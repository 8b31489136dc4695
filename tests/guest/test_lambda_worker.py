"""The Lambda runtime worker as a real process, with this test as the server at the other end of its socket."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import brickline.guest

WORKER = Path(brickline.guest.__file__).with_name("lambda_worker.py")


class Worker:
    """A started worker: `ready` is its first frame."""

    def __init__(self, folder: Path, code: str, handler: str = "app.handler", **variables: str) -> None:
        task = folder / "task"
        task.mkdir(exist_ok=True)
        (task / "app.py").write_text(code)
        path = folder / "socket"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(20)
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(WORKER)],
                env={
                    "PATH": os.environ["PATH"],
                    "BRICKLINE_LAMBDA_SOCKET": str(path),
                    "LAMBDA_TASK_ROOT": str(task),
                    "_HANDLER": handler,
                    "AWS_LAMBDA_FUNCTION_NAME": "hello",
                    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                    **variables,
                },
                stdout=log,
                stderr=log,
            )
        self.connection, _ = listener.accept()
        self.connection.settimeout(20)
        listener.close()
        self.ready = self.receive()

    def send(self, frame: dict[str, Any]) -> None:
        data = json.dumps(frame).encode()
        self.connection.sendall(struct.pack(">I", len(data)) + data)

    def receive(self) -> dict[str, Any]:
        (length,) = struct.unpack(">I", self._read(4))
        frame: dict[str, Any] = json.loads(self._read(length))
        return frame

    def invoke(self, event: object, **members: Any) -> dict[str, Any]:
        frame = {"id": "r-1", "event": json.dumps(event), "deadline_ms": time.time() * 1000 + 3000, "arn": "arn:f"}
        self.send({**frame, **members})
        return self.receive()

    def close(self) -> int:
        self.connection.close()
        return self.process.wait(20)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            chunk = self.connection.recv(size - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return data


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    started: list[Worker] = []

    def start_worker(code: str, handler: str = "app.handler", **variables: str) -> Worker:
        started.append(Worker(tmp_path, code, handler, **variables))
        return started[-1]

    yield start_worker
    for worker in started:
        worker.close()


def test_an_invocation_gives_the_handlers_result_and_keeps_the_module_warm(start: Callable[..., Worker]) -> None:
    worker = start("calls = []\ndef handler(event, context):\n    calls.append(event)\n    return {'calls': calls}\n")
    assert worker.ready["ready"] is True
    assert json.loads(worker.invoke({"a": 1})["payload"]) == {"calls": [{"a": 1}]}
    outcome = worker.invoke("é")
    assert outcome["ok"]
    assert json.loads(outcome["payload"]) == {"calls": [{"a": 1}, "é"]}
    assert outcome["max_memory_mb"] > 0


def test_the_context_has_what_lambda_documents(start: Callable[..., Worker]) -> None:
    worker = start(
        "def handler(event, context):\n"
        "    return [context.function_name, context.function_version, context.invoked_function_arn,\n"
        "        context.memory_limit_in_mb, context.aws_request_id, context.log_group_name, context.log_stream_name,\n"
        "        context.identity.cognito_identity_id, context.client_context.custom,\n"
        "        context.client_context.client.app_title, 0 < context.get_remaining_time_in_millis() <= 3000]\n"
    )
    client_context = {"custom": {"k": "v"}, "client": {"app_title": "t"}}
    outcome = worker.invoke({}, log_group="g", log_stream="s", client_context=client_context)
    expected = ["hello", "$LATEST", "arn:f", "128", "r-1", "g", "s", None, {"k": "v"}, "t", True]
    assert json.loads(outcome["payload"]) == expected


def test_an_exception_becomes_lambdas_error_payload_and_the_worker_goes_on(start: Callable[..., Worker]) -> None:
    worker = start("def handler(event, context):\n    raise KeyError('gone')\n")
    outcome = worker.invoke({})
    assert outcome["ok"] is False
    error = outcome["error"]
    assert (error["errorType"], error["errorMessage"], error["requestId"]) == ("KeyError", "'gone'", "r-1")
    assert len(error["stackTrace"]) == 1
    assert error["stackTrace"][0].endswith("line 2, in handler\n    raise KeyError('gone')\n")
    assert worker.invoke({}, id="r-2")["error"]["requestId"] == "r-2"
    assert "[ERROR] KeyError: 'gone'\nTraceback (most recent call last):" in worker.log.read_text()


def test_a_result_that_is_no_json_is_a_marshal_error(start: Callable[..., Worker]) -> None:
    worker = start("import datetime\ndef handler(event, context):\n    return {'at': datetime.datetime.now()}\n")
    error = worker.invoke({})["error"]
    assert error["errorType"] == "Runtime.MarshalError"
    assert error["errorMessage"] == "Unable to marshal response: Object of type datetime is not JSON serializable"


@pytest.mark.parametrize(
    ("code", "handler", "kind", "message"),
    [
        (
            "import nowhere_to_be_found",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere_to_be_found'",
        ),
        ("", "other.handler", "Runtime.ImportModuleError", "Unable to import module 'other': No module named 'other'"),
        ("x = 1", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        (
            "def f(:\n",
            "app.f",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)",
        ),
        (
            "",
            "app",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        ("raise RuntimeError('at import')", "app.f", "RuntimeError", "at import"),
    ],
)
def test_a_handler_that_cannot_be_loaded_is_told_on_connect(
    start: Callable[..., Worker], code: str, handler: str, kind: str, message: str
) -> None:
    worker = start(code, handler)
    assert worker.ready["ready"] is False
    assert (worker.ready["error"]["errorType"], worker.ready["error"]["errorMessage"]) == (kind, message)
    assert worker.process.wait(20) == 1


def test_a_handler_in_a_package_may_be_named_with_slashes(start: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "task" / "inner").mkdir(parents=True)
    (tmp_path / "task" / "inner" / "main.py").write_text("def run(event, context):\n    return __name__\n")
    assert start("", "inner/main.run").invoke({})["payload"] == '"inner.main"'


def test_prints_and_log_records_stand_in_the_log_before_the_outcome(start: Callable[..., Worker]) -> None:
    worker = start(
        "import logging\n"
        "def handler(event, context):\n"
        "    print('printed')\n    logging.warning('warned')\n    logging.info('not shown')\n"
    )
    assert worker.invoke({})["payload"] == "null"
    lines = worker.log.read_text().splitlines()
    assert lines[0] == "printed"
    level, _, request_id, message = lines[1].split("\t")
    assert (level, request_id, message) == ("[WARNING]", "r-1", "warned")
    assert len(lines) == 2


def test_json_log_format_writes_one_object_per_record(start: Callable[..., Worker]) -> None:
    code = "import logging\ndef handler(event, context):\n    logging.getLogger('mine').info('hello %s', 'you')\n"
    worker = start(code, AWS_LAMBDA_LOG_FORMAT="JSON")
    worker.invoke({})
    record = json.loads(worker.log.read_text())
    assert {name: record[name] for name in ("level", "message", "logger", "requestId")} == {
        "level": "INFO",
        "message": "hello you",
        "logger": "mine",
        "requestId": "r-1",
    }


def test_a_handler_that_exits_closes_the_connection_without_an_outcome(start: Callable[..., Worker]) -> None:
    worker = start("import sys\ndef handler(event, context):\n    sys.exit(3)\n")
    with pytest.raises(EOFError):
        worker.invoke({})
    assert worker.process.wait(20) == 3


def test_the_worker_ends_when_the_server_closes_the_connection(start: Callable[..., Worker]) -> None:
    assert start("def handler(event, context):\n    return 1\n").close() == 0
