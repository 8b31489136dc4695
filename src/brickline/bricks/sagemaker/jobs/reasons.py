"""Why a job failed, in the words of SageMaker's FailureReason. Pure."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

LONGEST = 1024
"""So many characters does a FailureReason have, and are shown of /opt/ml/output/failure and /opt/ml/output/message."""

_EXCEPTION = re.compile(r"^(?:[A-Za-z_][\w.]*\.)?[A-Za-z_]\w*(?:Error|Exception|Exit|Interrupt|Warning)\b(?::.*)?$")

_SAYS_LITTLE = re.compile("CalledProcessError|CloudWatch logs")
"""A driver's own report (the third SDK generation's) that the script it ran has failed: the log says why."""


def algorithm_error(failure: str, exit_code: int, lines: Sequence[str], extra: str = "") -> str:
    """FailureReason of a job that ended badly.

    `failure` is what it left in its failure file; without one the line of its log that explains its end is taken.
    `extra` says what ended it from outside (a limit, a signal): then only an exception in the log adds to that.
    What is wrong with the input (`ClientError: ...`) is no error of the algorithm.
    """
    text = failure.strip()[:LONGEST]
    if text.startswith("ClientError:"):
        return text
    if not text or _SAYS_LITTLE.search(text):
        text = _joined("\n", exception_line(lines) if extra else explaining_line(lines), text)
    told = _joined(". ", extra, text) or "See job logs for more information"
    ending = f", exit code: {exit_code}"
    return f"AlgorithmError: {told}"[: LONGEST - len(ending)] + ending


def _joined(between: str, first: str, second: str) -> str:
    """Both, or the one that says something the other does not."""
    return between.join(part for part in (first if first not in second else "", second) if part)


def explaining_line(lines: Sequence[str]) -> str:
    """The last line that names an exception, else the last line that says anything."""
    said = [line.strip() for line in lines if line.strip()]
    return exception_line(lines) or (said[-1][:LONGEST] if said else "")


def exception_line(lines: Sequence[str]) -> str:
    """The last line that names an exception, or nothing."""
    said = (line.strip() for line in reversed(lines))
    return next((line for line in said if _EXCEPTION.match(line) and not _SAYS_LITTLE.search(line)), "")[:LONGEST]


def signal_words(number: int) -> str:
    """`Process killed by SIGKILL (signal 9)`."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "a signal"
    return f"Process killed by {name} (signal {number})"
