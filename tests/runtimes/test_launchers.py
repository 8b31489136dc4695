"""Jobs that are forked from a loaded interpreter: nothing that a script can see is other than in a fresh one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.runtimes.conftest import Sandboxes, wait_for_end

import brickline.guest
from brickline.runtimes import JobState, Limits, Mount, SandboxRuntime
from brickline.runtimes.sandbox.launchers import Launchers

PROBE = """
import io, json, os, resource, signal, socket, sys, threading
def signals():
    found = {}
    for number in sorted(signal.valid_signals()):
        handler = signal.getsignal(number)
        found[int(number)] = getattr(handler, "__name__", str(handler))
    return found
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "argv": sys.argv, "orig_argv": sys.orig_argv, "executable": sys.executable, "prefix": sys.prefix,
    "path": sys.path, "flags": list(sys.flags), "environment": dict(os.environ), "cwd": os.getcwd(),
    "umask": os.umask(0), "descriptors": sorted(os.listdir("/proc/self/fd")), "signals": signals(),
    "name": __name__, "file": __file__, "package": __package__, "spec": __spec__, "loader": type(__loader__).__name__,
    "main": sorted(vars(sys.modules["__main__"])), "is_main": sys.modules["__main__"].__dict__ is globals(),
    "streams": [[s.encoding, s.errors, s.line_buffering, s.write_through, type(s.buffer).__name__, s.name, s.mode,
                 s is getattr(sys, "__" + n + "__")] for n, s in (("stdout", sys.stdout), ("stderr", sys.stderr))],
    "limits": [resource.getrlimit(n) for n in range(16)], "pid": os.getpid(), "ppid": os.getppid(),
    "session": os.getsid(0) == os.getpid(), "host": socket.gethostname(), "threads": threading.active_count(),
    "status": {n: status[n].split() for n in ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs")},
    "root": sorted(os.listdir("/")), "processes": [n for n in os.listdir("/proc") if n.isdigit()],
    "ours": [n for n in sys.modules if n.partition(".")[0] in ("supervisor", "launcher")],
    "stdin": os.readlink("/proc/self/fd/0"), "mask": list(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
}, default=str))
"""
GUEST = Path(brickline.guest.__file__).parent
HEAVY = "import os\nPID = os.getpid()\nSTATE = []\n"


class Warm(Sandboxes):
    """Sandboxes whose jobs are scripts in `/opt/code`, run by an environment that has a launcher."""

    def __init__(self, place: Path, prefix: Path) -> None:
        super().__init__(place)
        self.prefix = prefix
        self.launchers = Launchers(place / "launchers")
        self.runtime = SandboxRuntime(launchers=self.launchers)
        self.code = place / "code"
        self.code.mkdir()

    def script(
        self, source: str, name: str, *arguments: str, options: tuple[str, ...] = (), warm: bool = True, **members: Any
    ) -> Path:
        (self.code / "script.py").write_text(source)
        command = (str(self.prefix / "bin" / "python"), *options, "script.py", *arguments)
        mounts = (Mount(self.code, "/opt/code"), Mount(self.prefix, str(self.prefix)))
        prefix = self.prefix if warm else None
        return self.start(command, name, mounts=mounts, directory="/opt/code", environment_prefix=prefix, **members)

    def run_script(self, source: str, name: str, *arguments: str, **members: Any) -> JobState:
        return self.wait(self.script(source, name, *arguments, **members))

    def shell(self, text: str, name: str = "job", **members: Any) -> JobState:
        """A shell script, started as the platform starts jobs: over a layer of its own."""
        command = (str(self.prefix / "bin" / "python"), str(GUEST / "start.py"), "/bin/sh", "-c", text)
        mounts = (Mount(self.prefix, str(self.prefix)), Mount(GUEST, str(GUEST)), Mount(self.code, "/opt/code"))
        return self.run(command, name, mounts=mounts, directory="/opt/code", environment_prefix=self.prefix, **members)

    def said(self, source: str, name: str, **members: Any) -> Any:
        state = self.run_script(source, name, **members)
        assert state.exit_code == 0, (state, self.output(name))
        return json.loads(self.output(name)[-1])

    def learn(self, *modules: str) -> None:
        """Have a job import modules, and wait until the launcher has them too."""
        self.run_script("\n".join(f"import {module}" for module in modules), f"learn-{'-'.join(modules)}")
        self.settled()

    def settled(self) -> None:
        """What was sent to the launcher before has been done once it answers again."""
        self.run_script("", f"settle-{time.monotonic_ns()}")

    def launcher_log(self) -> str:
        return (self.place / "launchers" / f"{self.prefix.name}.log").read_text()

    def launcher_pid(self) -> int:
        return int(self.launchers._processes[self.prefix.name].pid)


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with some modules that stand for libraries."""
    folder = tmp_path_factory.mktemp("environment") / "tiny"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "heavy.py").write_text(HEAVY)
    (packages / "threaded.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    (packages / "numpy").mkdir()
    (packages / "numpy" / "__init__.py").write_text("")
    (packages / "numpy" / "random.py").write_text(
        "import os\nSEEDED = os.getpid()\ndef seed():\n    global SEEDED\n    SEEDED = os.getpid()\n"
    )
    (folder / "brickline.json").write_text("{}")
    return folder


@pytest.fixture
def warm(sandboxes: Sandboxes, prefix: Path) -> Iterator[Warm]:
    made = Warm(sandboxes.place, prefix)
    yield made
    for folder in made.folders:
        made.runtime.forget(folder)
    made.runtime.close()


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({}, ()),
        ({"PYTHONUNBUFFERED": "1", "PYTHONPATH": "/opt/more:/opt/code", "SECRET": "é"}, ()),
        ({"PYTHONDONTWRITEBYTECODE": "1", "TZ": "Asia/Seoul", "LANG": "en_US.UTF-8", "PYTHONUTF8": "1"}, ()),
    ],
)
def test_a_script_sees_what_it_sees_in_a_fresh_interpreter(
    warm: Warm, environment: dict[str, str], options: tuple[str, ...]
) -> None:
    arguments = {"environment": environment, "options": options, "hostname": "algo-1"}
    fresh = warm.said(PROBE, "fresh", warm=False, **arguments)
    forked = warm.said(PROBE, "forked", **arguments)
    if "PYTHONUTF8" in environment:
        fresh["flags"] = forked["flags"]  # utf8_mode, which a UTF-8 locale has no use for
    assert forked == fresh
    assert forked["ours"] == []


def test_what_jobs_import_is_there_for_the_next_one(warm: Warm) -> None:
    ask = "import os, sys\nwas = 'heavy' in sys.modules\nimport heavy\nprint(int(was and heavy.PID != os.getpid()))"
    assert warm.said(ask, "first") == 0
    warm.settled()
    assert warm.said(ask, "second") == 1
    warm.launchers.close()
    assert warm.said(ask, "third") == 1, "the next launcher remembers"


def test_no_state_passes_from_one_job_to_the_next(warm: Warm) -> None:
    warm.learn("heavy")
    leave = "import heavy, os; heavy.STATE.append(1); os.environ['LEFT'] = '1'; open('/tmp/left', 'w').write('1')"
    warm.run_script(leave, "one", environment={"SECRET": "1"})
    seen = warm.said(
        "import heavy, json, os\n"
        "print(json.dumps([heavy.STATE, 'LEFT' in os.environ, 'SECRET' in os.environ, os.path.exists('/tmp/left')]))",
        "two",
    )
    assert seen == [[], False, False, False]


def test_random_numbers_are_each_jobs_own(warm: Warm) -> None:
    warm.learn("numpy.random", "random")
    draw = "import json, os, random\nimport numpy.random\nprint(json.dumps([random.random(), numpy.random.SEEDED]))"
    (one, seeded), (two, _) = warm.said(draw, "one"), warm.said(draw, "two")
    assert one != two
    assert seeded == 2, "by the job's own process, which is the second of its sandbox"


@pytest.mark.parametrize(
    ("source", "code", "number", "says"),
    [
        ("import sys; sys.exit(3)", 3, None, []),
        ("import sys; sys.exit('no data')", 1, None, ["no data"]),
        ("import sys; sys.exit(None)", 0, None, []),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None, 9, []),
        ("import os; os.abort()", None, 6, []),
        ("def f(:", 1, None, ['  File "/opt/code/script.py", line 1', "SyntaxError: invalid syntax"]),
        (
            "def f():\n    raise ValueError('no data')\nf()",
            1,
            None,
            [
                "Traceback (most recent call last):",
                '  File "/opt/code/script.py", line 3, in <module>',
                "    f()",
                '  File "/opt/code/script.py", line 2, in f',
                "    raise ValueError('no data')",
                "ValueError: no data",
            ],
        ),
    ],
)
def test_an_end_is_told_as_by_a_fresh_interpreter(
    warm: Warm, source: str, code: int | None, number: int | None, says: list[str]
) -> None:
    state = warm.run_script(source, "job")
    assert (state.exit_code, state.signal) == (code, number)
    output = warm.output()
    assert [line for line in says if line not in output] == []
    assert not any("supervisor" in line for line in output)


def test_a_script_that_is_not_there_is_named(warm: Warm) -> None:
    (warm.code / "script.py").unlink(missing_ok=True)
    folder = warm.script("", "job")
    warm.wait(folder)
    command = (str(warm.prefix / "bin" / "python"), "none.py")
    mounts = (Mount(warm.prefix, str(warm.prefix)),)
    state = warm.run(command, "none", mounts=mounts, environment_prefix=warm.prefix)
    assert state.exit_code == 2
    assert "can't open file '/none.py'" in warm.output("none")[0]


def test_the_end_of_a_script_flushes_and_finalizes(warm: Warm) -> None:
    source = (
        "import atexit, os, threading, time\n"
        "class Held:\n    def __del__(self):\n        print('finalized')\n"
        "held = Held()\nheld.itself = held\n"
        "file = open('/opt/out/file', 'w')\nfile.write('whole')\n"
        "threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\n"
        "atexit.register(print, 'at exit')\n"
        "print('script')\n"
    )
    out = warm.place / "out"
    out.mkdir()
    (warm.code / "script.py").write_text(source)
    command = (str(warm.prefix / "bin" / "python"), "/opt/code/script.py")
    mounts = (Mount(warm.code, "/opt/code"), Mount(warm.prefix, str(warm.prefix)), Mount(out, "/opt/out", True))
    state = warm.run(command, mounts=mounts, environment_prefix=warm.prefix)
    assert state.succeeded
    assert warm.output() == ["script", "thread", "at exit", "finalized"]
    assert (out / "file").read_text() == "whole"


@pytest.mark.parametrize(
    ("environment", "options", "says"),
    [
        ({"OMP_NUM_THREADS": "1"}, (), "the variable OMP_NUM_THREADS counts at its start"),
        ({"GOMP_SPINCOUNT": "infinite"}, (), "the variable GOMP_SPINCOUNT counts at its start"),
        ({"PYTHONHASHSEED": "0"}, (), "the variable PYTHONHASHSEED counts at its start"),
        ({"LD_PRELOAD": ""}, (), "the variable LD_PRELOAD counts at its start"),
        ({"LC_ALL": "C"}, (), "the locale is 'C'"),
        ({"LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu"}, (), "which has libraries in it"),
        ({}, ("-O",), "the interpreter's option -O counts at its start"),
    ],
)
def test_what_counts_at_an_interpreters_start_gets_a_fresh_one(
    warm: Warm, environment: dict[str, str], options: tuple[str, ...], says: str
) -> None:
    warm.learn("heavy")
    ask = "import sys\nprint(int('heavy' in sys.modules))"
    assert warm.said(ask, "job", environment=environment, options=options) == 0
    assert says in warm.output()[0]


def test_a_module_can_be_run_and_output_unbuffered(warm: Warm) -> None:
    (warm.code / "tool").mkdir()
    (warm.code / "tool" / "__main__.py").write_text(
        "import sys\nprint(sys.argv[1:], __name__, sys.stdout.write_through)"
    )
    command = (str(warm.prefix / "bin" / "python"), "-u", "-m", "tool", "a")
    mounts = (Mount(warm.code, "/opt/code"), Mount(warm.prefix, str(warm.prefix)))
    state = warm.run(command, mounts=mounts, directory="/opt/code", environment_prefix=warm.prefix)
    assert (state.exit_code, warm.output()) == (0, ["['a'] __main__ True"])


def test_a_job_is_stopped_limited_and_outlives_its_launcher_and_its_server(warm: Warm) -> None:
    folder = warm.script("import time; print('up', flush=True); time.sleep(60)", "job")
    pid = warm.runtime.supervisor_pid(folder)
    assert pid is not None
    launcher = warm.launcher_pid()
    os.kill(launcher, signal.SIGKILL)
    warm.launchers._processes[warm.prefix.name].wait()
    assert warm.runtime.state(folder).phase == "running"
    warm.runtime.stop(folder)
    wait_for_end(pid)
    assert warm.runtime.state(folder).reason == "stopped"
    limited = warm.run_script("import time; time.sleep(60)", "limited", limits=Limits(run_seconds=0.2, grace_seconds=1))
    assert limited.reason == "timeout"
    assert warm.launcher_pid() != launcher


def test_the_next_server_finds_the_launcher(warm: Warm) -> None:
    warm.run_script("", "one")
    address = warm.place / "launchers" / f"{warm.prefix.name}.sock"
    before = address.stat().st_ino
    another = SandboxRuntime(launchers=Launchers(warm.place / "launchers"))
    warm.runtime, first = another, warm.runtime
    warm.run_script("", "two")
    assert address.stat().st_ino == before
    first.close()


def test_an_environment_that_is_built_anew_gets_a_new_launcher(warm: Warm) -> None:
    warm.learn("heavy")
    process = warm.launchers._processes[warm.prefix.name]
    os.utime(warm.prefix / "brickline.json", (1, 1))
    warm.settled()  # the old one takes at most one more before it looks
    process.wait(15)
    assert warm.run_script("", "after").succeeded


def test_a_hostile_report_is_not_believed(warm: Warm) -> None:
    report = "import json, os\nos.makedirs('/tmp/.brickline')\n"
    names = ["antigravity", "os.path", "../evil", "", "none.such", 7, "script"]
    warm.run_script(f"{report}json.dump({names!r}, open('/tmp/.brickline/imports', 'w'))", "lies")
    warm.run_script(f"{report}os.symlink('/etc/passwd', '/tmp/.brickline/imports')", "link")
    warm.run_script(f"{report}os.mkfifo('/tmp/.brickline/imports')", "pipe")
    warm.run_script("import os\nos.symlink('/', '/tmp/.brickline')", "folder")
    warm.settled()
    assert warm.launcher_log() == ""
    assert not (warm.place / "launchers" / f"{warm.prefix.name}.json").exists()


def test_a_library_that_starts_a_thread_is_not_forked_with(warm: Warm) -> None:
    warm.learn("heavy")
    warm.run_script("import threaded", "threaded")
    warm.launchers._processes[warm.prefix.name].wait(10)
    assert "threaded starts a thread" in warm.launcher_log()
    assert warm.said("import sys\nprint(int('heavy' in sys.modules and 'threaded' not in sys.modules))", "after") == 1


def test_launchers_end_when_idle_and_when_there_are_too_many(
    sandboxes: Sandboxes, prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brickline.runtimes.sandbox.launchers.MOST", 1)
    launchers = Launchers(sandboxes.place / "launchers")
    launchers.prepare(prefix)
    first = launchers._processes[prefix.name]
    copy = prefix.with_name("copy")
    copy.symlink_to(prefix)
    try:
        launchers.prepare(copy)
        assert first.wait(15) == 0
    finally:
        copy.unlink()
        launchers.close()


def test_an_environment_of_an_old_python_has_no_launcher(warm: Warm, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.8.20\n")
    warm.prefix, python = old, warm.prefix
    mounts = (Mount(python, str(python)),)
    command = (str(python / "bin" / "python"), "-c", "print(1)")
    assert warm.run(command, mounts=mounts, environment_prefix=old).succeeded
    assert not (warm.place / "launchers" / "old.sock").exists()


def test_pythons_of_a_shell_script_are_forked_too(warm: Warm) -> None:
    warm.learn("heavy")
    (warm.code / "script.py").write_text(
        "import os, sys\n"
        "text = sys.stdin.read().strip() if len(sys.argv) > 1 else ''\n"
        "print('heavy' in sys.modules, text, sys.argv[1:], os.environ.get('GIVEN'), os.getcwd())\n"
    )
    state = warm.shell(
        "cd /tmp\n"
        "echo in | GIVEN=1 python /opt/code/script.py a | cat\n"
        "python3 -c 'import sys; print(sys.argv, __name__); sys.exit(4)' b || echo code $?\n"
        "python -m this > zen.txt; head -1 zen.txt\n"
        "python - <<END\nprint('by a fresh one')\nEND\n"
        "python -O -c 'import sys; print(sys.flags.optimize)'\n"
        "python -c 'import os; os.kill(os.getpid(), 9)'; echo code $?\n"
        "python -c 'raise SystemExit(\"why\")' 2> errors; cat errors\n"
    )
    assert state.exit_code == 0
    assert [line for line in warm.output() if not line.startswith("brickline:")] == [
        "True in ['a'] 1 /tmp",
        "['-c', 'b'] __main__",
        "code 4",
        "The Zen of Python, by Tim Peters",
        "by a fresh one",
        "1",
        "Killed",
        "code 137",
        "why",
    ]


def test_signals_reach_the_fork_and_a_killed_caller_takes_it_along(warm: Warm) -> None:
    (warm.code / "script.py").write_text(
        "import os, signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('told', flush=True), sys.exit(7)))\n"
        "print(os.getpid(), file=open(sys.argv[1], 'w'), flush=True)\n"
        "signal.pause()\n"
    )
    wait = "while [ ! -s /tmp/up$n ]; do sleep 0.01; done"
    state = warm.shell(
        f"n=1; python script.py /tmp/up1 & {wait}; kill -TERM $!; wait $!; echo code $?\n"
        f"n=2; python script.py /tmp/up2 & {wait}; kill -KILL $!; wait $!; echo code $?\n"
        "while kill -0 $(cat /tmp/up2) 2> /dev/null; do sleep 0.01; done; echo gone\n"
    )
    assert state.exit_code == 0
    assert [line for line in warm.output() if line in ("told", "code 7", "code 137", "gone")] == [
        "told",
        "code 7",
        "code 137",
        "gone",
    ]


def test_a_job_ends_though_scripts_are_left_in_the_background(warm: Warm) -> None:
    (warm.code / "script.py").write_text("import signal; signal.pause()")
    state = warm.shell("python script.py & echo over")
    assert (state.exit_code, warm.output()) == (0, ["over"])
