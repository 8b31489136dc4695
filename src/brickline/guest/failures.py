"""How a job's failure is told: errors of the user, and the text of /opt/ml/output/failure."""

from __future__ import annotations

import re
import signal

from .training_environment import Folders

_ERROR_NAMES = re.compile(
    r"\b(Exception|ArithmeticError|AssertionError|AttributeError|BlockingIOError|BrokenPipeError|BufferError"
    r"|ChildProcessError|ConnectionAbortedError|ConnectionError|ConnectionRefusedError|ConnectionResetError|EOFError"
    r"|EnvironmentError|FileExistsError|FileNotFoundError|FloatingPointError|IOError|ImportError|IndentationError"
    r"|IndexError|InterruptedError|IsADirectoryError|KeyError|LookupError|MemoryError|ModuleNotFoundError|NameError"
    r"|NotADirectoryError|NotImplementedError|OSError|OverflowError|PermissionError|ProcessLookupError|RecursionError"
    r"|ReferenceError|RuntimeError|SyntaxError|SystemError|TabError|TimeoutError|TypeError|UnboundLocalError"
    r"|UnicodeDecodeError|UnicodeEncodeError|UnicodeError|UnicodeTranslateError|ValueError|ZeroDivisionError)\b"
)
"""The toolkit takes stderr from the first line on that has one of these names in it."""

_LONGEST = 4000


class ClientError(Exception):
    """Something is wrong with what the user gave; the text is the whole explanation."""


class CommandFailed(ClientError):
    """A command of the job ended badly: `kind` is the toolkit's name for it, `stderr` what it wrote there."""

    def __init__(self, kind: str, command: list[str], return_code: int, stderr: str) -> None:
        # A process that a signal ended counts as a shell would count it: 128 and the signal's number.
        code = return_code if return_code >= 0 else 128 - return_code
        lines = [f"{kind}:", f"ExitCode {code}", f'ErrorMessage "{explanation(stderr)}"']
        if code > 128:
            lines.append(f'ExtraInfo "{_killed_by(code - 128)}"')
        super().__init__("\n".join([*lines, f'Command "{" ".join(command)}"']))


def _killed_by(number: int) -> str:
    """The toolkit takes SIGKILL for the kernel's answer to too little memory."""
    known = number in {known.value for known in signal.Signals}
    name = signal.Signals(number).name if known else "a signal"
    cause = "OutOfMemory: " if number == signal.SIGKILL else ""
    return f"{cause}Process killed by {name} (signal {number})"


def explanation(stderr: str) -> str:
    """The part of a command's stderr that explains its end: from the line that names an error on, no line twice.

    What stands before the last traceback is left away: the platform shows no more than the first 1,024 characters.
    Where no line names a known error, the last one is what there is to say.
    """
    lines = [line.strip(" :\r") for line in stderr.splitlines() if line.strip()]
    tracebacks = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    lines = lines[tracebacks[-1] :] if tracebacks else lines
    telling = [number for number, line in enumerate(lines) if _ERROR_NAMES.search(line) or line.startswith("ERROR:")]
    return "\n".join(dict.fromkeys(lines[telling[0] if telling else -1 :]))[:_LONGEST]


def write_failure(folders: Folders, text: str) -> None:
    """The platform shows the first 1,024 characters as FailureReason. What the script itself has written stays."""
    path = folders.output / "failure"
    if not path.exists():
        folders.output.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write_success(folders: Folders) -> None:
    folders.output.mkdir(parents=True, exist_ok=True)
    (folders.output / "success").touch()
