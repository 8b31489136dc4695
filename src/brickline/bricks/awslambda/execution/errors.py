"""The payloads of invocations that a function did not answer itself."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.runtimes import JobState

_SIGNALS = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}


def timed_out(request_id: str, seconds: float) -> Shape:
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return {"errorType": "Sandbox.Timedout", "errorMessage": message}


def ended(request_id: str, state: JobState) -> Shape:
    """The worker's process ended in the midst of an invocation."""
    if state.reason in ("disk", "processes"):
        return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {state.message}"}
    kind = "Runtime.OutOfMemory" if state.reason == "memory" else "Runtime.ExitError"
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {_exit(state)}"}


def not_started(request_id: str, message: str) -> Shape:
    return {"errorType": "Runtime.Unknown", "errorMessage": f"RequestId: {request_id} Error: {message}"}


def too_large(size: int, most: int) -> Shape:
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({most} bytes)."
    return {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}


def _exit(state: JobState) -> str:
    if state.signal:
        return f"Runtime exited with error: signal: {_SIGNALS.get(state.signal, state.signal)}"
    if state.reason:
        return "Runtime exited with error: signal: killed"
    if state.exit_code:
        return f"Runtime exited with error: exit status {state.exit_code}"
    return "Runtime exited without providing a reason"
