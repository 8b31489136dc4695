"""Goes on as a script, as if an interpreter had just been started on it.

What an interpreter sets up at its start, and forking leaves as the launcher had it, is set up again here. Where that
cannot be done - other libraries than those that are loaded, options, variables that count at start only - `become`
executes the interpreter, and says so in the job's output.
"""

from __future__ import annotations

import atexit
import importlib
import io
import locale
import os
import runpy
import signal
import site
import sys
import sysconfig
import time
import types
from importlib import machinery

from .. import command as cold
from . import conditions, ending, learned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

ALIAS = "brickline_launcher"
"""Under this name the platform's own scripts find this module (guest/warm.py); the user's do not see it."""

_OURS = ("supervisor", ALIAS)

_prefix = sys.prefix
_library = sys.path[1:]
"""As they are before any layer: this module is imported when the launcher starts, from the first entry of sys.path."""


class Become(BaseException):
    """Unwinds the stack down to the launcher's beginning, where the script is run."""

    def __init__(self, arguments: Sequence[str], python: str, *, is_platform: bool) -> None:
        super().__init__()
        self.arguments = list(arguments)
        self.python = python
        self.is_platform = is_platform


def become(job: Mapping[str, Any]) -> NoReturn:
    """Go on as the job's command (in place of `supervisor.command.execute`). Raises OSError where it cannot start."""
    environment = {**cold.DEFAULTS, "HOSTNAME": job["hostname"], **job["environment"]}
    os.chdir(job["directory"])
    python, *arguments = job["command"]
    if python != sys.executable:
        cold.execute(job)
    reason = conditions.against(arguments, environment)
    if reason:
        _say(reason)
        cold.execute(job)
    os.closerange(3, 65536)  # the last of them tells pid 1 that the job runs
    go_on(arguments, python, environment, is_platform=True)


def go_on(
    arguments: Sequence[str], python: str, environment: Mapping[str, str], *, is_platform: bool = False
) -> NoReturn:
    """Become `python ARGUMENT...` with these variables, from anywhere below `run`; never returns.

    `python` is this interpreter, or one of a virtual environment that stands over this one's.
    """
    layer = os.path.dirname(os.path.dirname(python))
    reason = conditions.against(arguments, environment, layer if layer != _prefix else "")
    if reason:
        _say(reason)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(python, [python, *arguments], dict(environment))
    os.environ.clear()
    os.environ.update(environment)
    raise Become(arguments, python, is_platform=is_platform)


def run(script: Become) -> Become:
    """Run a script as `__main__` and end the process with it; returns only what the script wants to become."""
    arguments = _options(script.arguments)
    known = frozenset(sys.modules)
    _set_up(script)
    atexit.register(_leave, os.getpid(), known)
    sys.argv = arguments
    try:
        _execute(arguments)
    except Become as another:
        atexit.unregister(_leave)
        return another
    except KeyboardInterrupt:
        raise  # the interpreter ends by the signal
    except SystemExit as leaving:
        code = leaving.code
    except BaseException as error:
        error = error.with_traceback(_beyond_this_file(error.__traceback__))
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    else:
        code = 0
    return ending.end(code, known)


def _options(arguments: Sequence[str]) -> list[str]:
    """The arguments from the script on; of options there can only be `-u` (`conditions`)."""
    while arguments[0] == "-u":
        os.environ["PYTHONUNBUFFERED"] = "1"
        arguments = arguments[1:]
    return list(arguments)


def _execute(arguments: list[str]) -> None:
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        sys.path.insert(0, "")
        _run_as_main(arguments[1].encode(), "<string>", None)
    else:
        path = os.path.abspath(arguments[0])
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
        _run_as_main(_source(path), path, path)


def _source(path: str) -> bytes:
    try:
        with io.open_code(path) as file:
            return file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file '{path}': {error}", file=sys.stderr)
        sys.exit(2)


def _run_as_main(source: bytes, name: str, path: str | None) -> None:
    module = _main_module(path)
    exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # what an interpreter does


def _main_module(path: str | None) -> types.ModuleType:
    """`__main__` of a script at a path, or of a command's text."""
    module = types.ModuleType("__main__")
    members: dict[str, Any] = {"__builtins__": sys.modules["builtins"], "__annotations__": {}}
    if path is None:
        members["__loader__"] = machinery.BuiltinImporter
    else:
        members |= {"__file__": path, "__cached__": None, "__loader__": machinery.SourceFileLoader("__main__", path)}
    module.__dict__.update(members)
    sys.modules["__main__"] = module
    return module


def _set_up(script: Become) -> None:
    """What an interpreter does at its start, in its order."""
    variables = os.environ
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)
    _hide_ourselves(is_platform=script.is_platform)
    _set_paths(script.python, variables.get("PYTHONPATH", ""))
    _open_streams(_set_locale(), unbuffered=bool(variables.get("PYTHONUNBUFFERED")))
    sys.orig_argv = [script.python, *script.arguments]
    sys.dont_write_bytecode = bool(variables.get("PYTHONDONTWRITEBYTECODE"))
    time.tzset()
    importlib.invalidate_caches()
    _seed()


def _hide_ourselves(*, is_platform: bool) -> None:
    """A script that has a module of the same name means its own."""
    ours = _OURS if is_platform else (*_OURS, "guest")
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    if is_platform:
        sys.modules[ALIAS] = module = types.ModuleType(ALIAS)
        module.__dict__.update(go_on=go_on)


def _set_paths(python: str, inherited: str) -> None:
    """sys.path as it is before a script's own folder is put in front, and where the interpreter says it lies."""
    prefix = os.path.dirname(os.path.dirname(python))
    library = [entry for entry in _library if not entry.startswith(_prefix + "/")]
    shared = [entry for entry in _library if entry.startswith(_prefix + "/")]
    sys.path[:] = [*filter(None, inherited.split(os.pathsep)), *library]
    if prefix == _prefix:
        sys.path += shared
    else:
        sys.executable, sys.prefix, sys.exec_prefix = python, prefix, prefix
        site.PREFIXES[:] = [prefix]
        sysconfig._CONFIG_VARS = None  # type: ignore[attr-defined]  # computed anew when it is asked for
        for folder in site.getsitepackages():
            site.addsitedir(folder)


def _set_locale() -> str:
    """How stdout treats what is no text; where the locale is not there, C.UTF-8 is taken instead (PEP 538)."""
    try:
        name = locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        os.environ["LC_CTYPE"] = name = locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    return "surrogateescape" if name in ("C", "POSIX", "C.UTF-8", "C.utf8") else "strict"


def _open_streams(errors_of_stdout: str, *, unbuffered: bool) -> None:
    for name, number in (("stdout", 1), ("stderr", 2)):
        is_error = name == "stderr"
        raw = io.FileIO(number, "w", closefd=False)
        raw.name = f"<{name}>"
        buffer = raw if unbuffered else io.BufferedWriter(raw)
        errors = "backslashreplace" if is_error else errors_of_stdout
        stream = io.TextIOWrapper(
            buffer, "utf-8", errors, line_buffering=is_error and not unbuffered, write_through=unbuffered
        )
        stream.mode = "w"  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _seed() -> None:
    """Forks of one process would draw the same random numbers. (Python's own `random` sees to itself.)"""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _leave(pid: int, known: frozenset[str]) -> None:
    if os.getpid() == pid:  # not a process that the script forked
        learned.leave(known, _prefix)


def _beyond_this_file(trace: types.TracebackType | None) -> types.TracebackType | None:
    """A traceback from the script on."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _say(reason: str) -> None:
    os.write(2, f"brickline: a fresh interpreter is started for this: {reason}\n".encode())
