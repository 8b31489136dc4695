from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.bricks.awslambda.conftest import Functions

from brickline.baseplate.house import Baseplate
from brickline.bricks.awslambda import events

Opened = Callable[[], tuple[Baseplate, Functions]]


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "RETRY_SECONDS", (0.05, 0.05))


def _send(functions: Functions, event: Any) -> dict[str, Any]:
    return functions.invoke(event, InvocationType="Event")


def test_an_event_is_accepted_and_handled_later(functions: Functions) -> None:
    functions.create("def handler(event, context):\n    print('handled', event['n'])")
    answer = _send(functions, {"n": 7})
    assert (answer["StatusCode"], answer["Payload"]) == (202, None)
    assert "handled 7" in functions.log("REPORT")


def test_a_failing_event_is_tried_twice_more(functions: Functions) -> None:
    functions.create("def handler(event, context):\n    raise RuntimeError('again')")
    _send(functions, {})
    lines = functions.log("REPORT", count=3)
    ids = {line.split()[2] for line in lines if line.startswith("START")}
    assert len(ids) == 1
    assert sum(line.startswith("START") for line in lines) == 3


def test_a_throttled_event_waits_for_room(functions: Functions) -> None:
    functions.create("def handler(event, context):\n    print('handled')")
    functions.call("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=0)
    _send(functions, {})
    functions.call("DeleteFunctionConcurrency", FunctionName="f")
    assert "handled" in functions.log("REPORT")


def test_an_event_accepted_before_the_server_stops_is_handled_by_the_next_one(
    make_baseplate: Callable[..., Baseplate], open_functions: Opened
) -> None:
    not_started = make_baseplate()
    first = Functions(not_started.context())
    first.create("def handler(event, context):\n    print('handled', event['n'])")
    _send(first, {"n": 1})
    not_started.close()
    _, second = open_functions()
    assert "handled 1" in second.log("REPORT")


def test_an_event_whose_function_is_at_work_when_the_server_stops_is_handled_again(open_functions: Opened) -> None:
    baseplate, first = open_functions()
    first.create(
        "import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(1)\n    print('done')",
        Timeout=60,
    )
    _send(first, {})
    first.log("begun")
    baseplate.close()
    _, second = open_functions()
    assert "done" in second.log("done")


def test_an_event_config_says_how_often_an_event_is_tried(functions: Functions) -> None:
    functions.create("def handler(event, context):\n    raise RuntimeError('once')")
    functions.call("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=0)
    config = functions.call("GetFunctionEventInvokeConfig", FunctionName="f")
    assert config["MaximumRetryAttempts"] == 0
    _send(functions, {"n": 1})
    functions.log("REPORT")
    functions.call("DeleteFunctionEventInvokeConfig", FunctionName="f")
    _send(functions, {"n": 2})
    lines = functions.log("REPORT", count=4)
    assert sum(line.startswith("START") for line in lines) == 4
