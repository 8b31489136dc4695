"""The end of a script's process: all that an interpreter's end does for the script, and not what it does for itself.

Taking down every library that the launcher has loaded would take longer than most of the scripts.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


_LIBRARY = os.path.dirname(os.__file__) + "/"


def end(code: object, known: frozenset[str]) -> NoReturn:
    """End with the code of a SystemExit. `known`: the modules that were there before the script began."""
    status = _status(code)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads that are no daemons
    atexit._run_exitfuncs()
    try:
        _drop(known)
        _flush()
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    if not _flushed_streams() and status == 0:
        status = 120  # as the interpreter has it
    os._exit(status)


def _status(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _drop(known: frozenset[str]) -> None:
    """Let go of what the script has made, so that it is finalized."""
    own = [name for name, module in sys.modules.items() if name not in known and _is_the_jobs(module)]
    for name in ["__main__", *reversed(own)]:
        module = sys.modules.pop(name, None)
        if module is not None:
            module.__dict__.clear()
    gc.collect()


def _is_the_jobs(module: object) -> bool:
    """Source of the job's own, not of a library."""
    file = str(getattr(module, "__file__", "") or "")
    return file.endswith(".py") and not file.startswith(_LIBRARY) and "/site-packages/" not in file


def _flush() -> None:
    """Files that something still holds."""
    for found in gc.get_objects():
        if isinstance(found, io.IOBase) and not found.closed:
            with contextlib.suppress(OSError, ValueError):
                found.flush()


def _flushed_streams() -> bool:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True
