"""`python` as a job's shell scripts find it: has its script forked from a loaded interpreter, and ends as that ends."""

from __future__ import annotations

import os
import signal
import sys

from . import forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def main(python: str) -> NoReturn:
    """`python` is the real interpreter, for whatever needs one of its own."""
    arguments = sys.argv[1:]
    script = next((word for word in arguments if word != "-u"), "-")
    if script.startswith("-") and script not in ("-m", "-c"):
        os.execv(python, [python, *arguments])
    try:
        request = forks.Request(arguments, os.getcwd(), dict(os.environ), (0, 1, 2))  # noqa: PTH109  # no pathlib here
    except OSError:
        os.execv(python, [python, *arguments])
    for number in _PASSED_ON:
        signal.signal(number, lambda number, _frame: request.send_signal(number))
    _end(request.wait())


def _end(code: int) -> NoReturn:
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
