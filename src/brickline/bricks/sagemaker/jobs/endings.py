"""How a job ended, from how its hosts' processes did. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brickline.bricks.sagemaker.jobs.plan import Ending
from brickline.bricks.sagemaker.jobs.reasons import algorithm_error, signal_words
from brickline.runtimes import JobState


@dataclass(frozen=True)
class Remains:
    """What a host left behind: its failure file, its exit message, the end of its log."""

    failure: str = ""
    message: str = ""
    lines: Sequence[str] = ()


def is_bad(state: JobState) -> bool:
    """Whether a host ended in a way that fails the job: not because it was told to stop."""
    return state.phase == "ended" and state.reason not in ("stopped", "timeout") and _code(state) != 0


def ending_of(states: Mapping[str, JobState], remains: Mapping[str, Remains], stopping: bool) -> Ending:
    """All hosts have ended. Asked to stop, a job is Stopped however its processes took it."""
    message = next((left.message for left in remains.values() if left.message), "")
    if stopping:
        return Ending("Stopped", message=message)
    if any(state.reason == "timeout" for state in states.values()):
        return Ending("Stopped", exceeded_runtime=True, message=message)
    for host, state in states.items():
        if is_bad(state):
            return Ending("Failed", _reason(state, remains[host], remains), message=message)
    return Ending("Completed", message=message)


def _reason(state: JobState, culprit: Remains, remains: Mapping[str, Remains]) -> str:
    if state.reason in ("lost", "launch"):
        return _internal(state)
    failure = culprit.failure or next((left.failure for left in remains.values() if left.failure), "")
    return algorithm_error(failure, _code(state), culprit.lines, extra=_from_outside(state))


def failure_of(state: JobState, lines: Sequence[str]) -> str:
    """FailureReason of a container that should not have ended."""
    if state.reason in ("lost", "launch"):
        return _internal(state)
    return algorithm_error("", _code(state), lines, extra=_from_outside(state))


def _internal(state: JobState) -> str:
    return f"InternalServerError: {state.message or 'the process that watched over the job was lost'}"


def _from_outside(state: JobState) -> str:
    """What ended the process, where it did not end by itself."""
    if state.reason:
        return state.message.rstrip(".")
    return signal_words(state.signal) if state.signal else ""


def _code(state: JobState) -> int:
    """The exit code as a shell counts it: 128 and the signal's number for a process that a signal ended."""
    if state.exit_code is not None:
        return state.exit_code
    return 128 + state.signal if state.signal else 1
