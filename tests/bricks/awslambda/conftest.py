"""Functions made of source text, on a started baseplate."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate

ROLE = "arn:aws:iam::123456789012:role/MLOps-LambdaRole"


def package(**files: str) -> bytes:
    """A zip archive of Python modules: `package(app="def handler(event, context): ...")`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


class Functions:
    """The service, with short ways to create and invoke."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("lambda", operation, **request)

    def create(self, source: str, name: str = "f", **members: Any) -> dict[str, Any]:
        request = {"Runtime": "python3.11", "Role": ROLE, "Handler": "app.handler", **members}
        request.setdefault("Code", {"ZipFile": package(app=source)})
        return self.call("CreateFunction", FunctionName=name, **request)

    def invoke(self, event: Any = None, name: str = "f", **members: Any) -> dict[str, Any]:
        """The answer, with its payload parsed."""
        answer = self.call("Invoke", FunctionName=name, Payload=json.dumps(event).encode(), **members)
        return {**answer, "Payload": json.loads(answer["Payload"] or "null")}

    def log(self, until: str, name: str = "f", count: int = 1) -> list[str]:
        """The function's log lines, once `count` of them contain `until`."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            lines = self._log_lines(name)
            if sum(until in line for line in lines) >= count:
                return lines
            time.sleep(0.02)
        raise AssertionError(f"{until!r} has not come {count} times: {self._log_lines(name)}")

    def _log_lines(self, name: str) -> list[str]:
        group = f"/aws/lambda/{name}"
        if not self.context.call("logs", "DescribeLogGroups", logGroupNamePrefix=group)["logGroups"]:
            return []
        events = self.context.call("logs", "FilterLogEvents", logGroupName=group)["events"]
        return [event["message"] for event in events]


@pytest.fixture
def functions(baseplate: Baseplate) -> Functions:
    baseplate.start()
    return Functions(baseplate.context())


@pytest.fixture
def open_functions(make_baseplate: Callable[..., Baseplate]) -> Callable[[], tuple[Baseplate, Functions]]:
    """Opens the same data folder, as a server does that starts (again)."""

    def make() -> tuple[Baseplate, Functions]:
        baseplate = make_baseplate()
        baseplate.start()
        return baseplate, Functions(baseplate.context())

    return make
