from __future__ import annotations

import base64
import json
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.bricks.awslambda.conftest import Functions

from brickline.baseplate.errors import Refused
from brickline.runtimes import SandboxRuntime

WHOLE = """
import json, logging, os, sys, time
count = 0

def handler(event, context):
    global count
    count += 1
    what = event.get("do")
    if what == "raise":
        raise ValueError("no such day")
    if what == "exit":
        sys.exit(event["code"])
    if what == "kill":
        os.kill(os.getpid(), 9)
    if what == "sleep":
        time.sleep(event["seconds"])
    if what == "large":
        return "x" * event["size"]
    if what == "set":
        return {1, 2}
    if what == "print":
        print("to output\\tand on", end="")
        print(" one line")
        print("to error", file=sys.stderr)
        logging.getLogger().warning("warned")
    return {"count": count, "event": event}
"""


@pytest.fixture
def whole(functions: Functions) -> Functions:
    functions.create(WHOLE, Timeout=1)
    return functions


def _refused(code: str, functions: Functions, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        functions.call("Invoke", FunctionName="f", **request)
    assert refused.value.code == code
    return refused.value


def test_a_function_stays_warm_between_calls(whole: Functions) -> None:
    assert [whole.invoke({"n": n})["Payload"]["count"] for n in range(3)] == [1, 2, 3]
    answer = whole.invoke({"a": "ü"})
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    assert answer["Payload"]["event"] == {"a": "ü"}


def test_no_payload_is_an_empty_object(whole: Functions) -> None:
    answer = whole.call("Invoke", FunctionName="f")
    assert json.loads(answer["Payload"])["event"] == {}


def test_a_function_finds_the_contract_of_the_runtime(functions: Functions) -> None:
    source = """
import os, sys
import boto3
def handler(event, context):
    identity = boto3.Session().get_credentials()
    return {
        "cwd": os.getcwd(), "env": dict(os.environ), "boto3": bool(boto3.__version__), "key": identity.access_key,
        "context": {name: getattr(context, name) for name in ("function_name", "function_version", "aws_request_id",
                    "memory_limit_in_mb", "log_group_name", "log_stream_name", "invoked_function_arn")},
        "left": context.get_remaining_time_in_millis(), "custom": context.client_context.custom,
    }
"""
    functions.create(source, Environment={"Variables": {"STAGE": "one"}}, MemorySize=256, Timeout=30)
    context = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()
    found = functions.invoke(ClientContext=context)["Payload"]
    variables = found["env"]
    assert (found["cwd"], variables["LAMBDA_TASK_ROOT"], variables["_HANDLER"]) == (
        "/var/task",
        "/var/task",
        "app.handler",
    )
    assert (variables["STAGE"], variables["AWS_REGION"]) == ("one", "us-east-1")
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.11"
    assert found["context"]["memory_limit_in_mb"] == "256"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", found["context"]["log_stream_name"])
    assert found["context"]["invoked_function_arn"].endswith(":function:f")
    assert 25_000 < found["left"] <= 30_000
    assert found["custom"] == {"k": "v"}
    credential = functions.context.baseplate.credentials.find(found["key"])
    assert credential
    assert credential.principal == "arn:aws:sts::123456789012:assumed-role/MLOps-LambdaRole/f"


def test_the_log_has_the_platforms_lines_around_the_functions(whole: Functions) -> None:
    answer = whole.invoke({"do": "print"}, LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert whole.log("REPORT") == tail
    assert tail[0].startswith("INIT_START Runtime Version: python:3.11")
    request_id = re.fullmatch(r"START RequestId: (\S+) Version: \$LATEST", tail[1])
    assert request_id
    assert tail[2:4] == ["to output\tand on one line", "to error"]
    assert re.fullmatch(rf"\[WARNING\]\t[\d:T.-]+Z\t{request_id[1]}\twarned", tail[4])
    assert tail[5] == f"END RequestId: {request_id[1]}"
    report = r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB"
    assert re.match(report + r"\tMax Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms\t", tail[6])
    warm = base64.b64decode(whole.invoke({}, LogType="Tail")["LogResult"]).decode()
    assert warm.startswith("START")
    assert "Init Duration" not in warm


def test_an_exception_is_the_payload(whole: Functions) -> None:
    answer = whole.invoke({"do": "raise"})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    error = answer["Payload"]
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no such day")
    assert "raise ValueError" in "".join(error["stackTrace"])
    assert whole.invoke({})["Payload"]["count"] == 2


@pytest.mark.parametrize(
    ("event", "kind", "words"),
    [
        ({"do": "exit", "code": 3}, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ({"do": "exit", "code": 0}, "Runtime.ExitError", "Runtime exited without providing a reason"),
        ({"do": "kill"}, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ({"do": "sleep", "seconds": 30}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ({"do": "large", "size": 7_000_000}, "Function.ResponseSizeTooLarge", "exceeded maximum"),
    ],
)
def test_a_function_that_does_not_answer_is_told_of(whole: Functions, event: Any, kind: str, words: str) -> None:
    answer = whole.invoke(event)
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == kind
    assert words in answer["Payload"]["errorMessage"]
    assert whole.invoke({})["Payload"]["count"] in (1, 2)
    if kind == "Sandbox.Timedout":
        assert re.search(r"Z \S+ Task timed out after 1.00 seconds", "\n".join(whole.log("Task timed out")))


@pytest.mark.parametrize(
    ("source", "handler", "kind", "words"),
    [
        ("import missing_module", "app.handler", "Runtime.ImportModuleError", "No module named 'missing_module'"),
        ("x = 1", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def broken(:", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("1 / 0", "app.handler", "ZeroDivisionError", "division by zero"),
        ("import os; os._exit(5)", "app.handler", "Runtime.ExitError", "exit status 5"),
        ("x = 1", "nothing", "Runtime.MalformedHandlerName", "Bad handler 'nothing'"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_told_of(
    functions: Functions, source: str, handler: str, kind: str, words: str
) -> None:
    functions.create(source, Handler=handler)
    answer = functions.invoke()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == kind
    assert words in answer["Payload"]["errorMessage"]


def test_invocations_at_once_get_workers_each(functions: Functions) -> None:
    functions.create("import os, time\ndef handler(e, c):\n    time.sleep(0.3)\n    return c.log_stream_name")
    with ThreadPoolExecutor(3) as threads:
        streams = list(threads.map(lambda _: functions.invoke()["Payload"], range(3)))
    assert len(set(streams)) == 3


def test_reserved_concurrency_throttles(functions: Functions) -> None:
    functions.create("def handler(e, c):\n    return 1")
    functions.call("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=0)
    refused = _refused("TooManyRequestsException", functions)
    assert (refused.status, refused.message) == (429, "Rate Exceeded.")
    assert functions.call("GetFunction", FunctionName="f")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    functions.call("DeleteFunctionConcurrency", FunctionName="f")
    assert functions.invoke()["Payload"] == 1


def test_a_dry_run_runs_nothing(whole: Functions) -> None:
    assert whole.call("Invoke", FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
    assert whole.invoke({})["Payload"]["count"] == 1


def test_bad_requests_are_refused(whole: Functions) -> None:
    assert "parse" in _refused("InvalidRequestContentException", whole, Payload=b"{no json").message
    assert _refused("RequestTooLargeException", whole, Payload=b'"' + b"x" * 6_300_000 + b'"').status == 413
    _refused("ResourceNotFoundException", whole, Qualifier="9")
    _refused("InvalidRequestContentException", whole, ClientContext="!")


def test_a_function_sees_its_own_files_only(functions: Functions) -> None:
    source = """
import os
def handler(e, c):
    open("/tmp/mine", "w").write("x")
    try:
        open("/var/task/new", "w")
        written = True
    except OSError:
        written = False
    files = [name for name in os.listdir("/tmp") if os.path.isfile("/tmp/" + name)]
    return {"written": written, "data": os.path.exists(e["data"]), "host": os.path.exists(e["host"]), "files": files}
"""
    functions.create(source)
    host = functions.context.baseplate.data / "state.db"
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        seen = functions.invoke({"data": str(host), "host": file.name})["Payload"]
    assert seen == {"written": False, "data": False, "host": False, "files": ["mine"]}


def test_a_worker_that_ends_while_it_is_idle_is_replaced(functions: Functions) -> None:
    source = """
import os, threading, time
begun = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
def handler(event, context):
    threading.Thread(target=lambda: (time.sleep(0.05), os._exit(1))).start()
    return begun
"""
    functions.create(source)
    first = functions.invoke()["Payload"]
    workers = functions.context.baseplate.data / "lambda" / "workers"
    folder = next(path for path in workers.iterdir() if not path.name.endswith("-channel"))
    while SandboxRuntime().state(folder).phase != "ended":
        time.sleep(0.01)
    assert functions.invoke()["Payload"] != first
