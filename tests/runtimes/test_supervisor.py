"""The life of a job: how it ends, what is kept of it, and what survives whose death."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from brickline.runtimes import JobState, Limits, Mount, read_output

STUBBORN = """
import signal, socket, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
while True: time.sleep(60)
"""


@pytest.mark.parametrize(
    ("source", "exit_code", "signal_number", "message"),
    [
        ("pass", 0, None, ""),
        ("raise SystemExit(3)", 3, None, "the job exited with code 3"),
        ("import os; os.kill(os.getpid(), 11)", None, 11, "the job was killed by signal 11 (Segmentation fault)"),
    ],
)
def test_end_of_a_job_is_told(
    sandboxes: Any, source: str, exit_code: int | None, signal_number: int | None, message: str
) -> None:
    before = time.time()
    state = sandboxes.run(source)
    assert (state.phase, state.reason) == ("ended", "")
    assert (state.exit_code, state.signal, state.message) == (exit_code, signal_number, message)
    assert before <= state.started <= state.ended <= time.time()


def test_folder_without_a_job_is_absent(sandboxes: Any) -> None:
    folder = sandboxes.place / "none"
    assert sandboxes.runtime.state(folder).phase == "absent"
    assert sandboxes.runtime.supervisor_pid(folder) is None
    sandboxes.runtime.stop(folder)
    sandboxes.runtime.forget(folder)


def test_command_that_is_not_there_is_told_without_raising(sandboxes: Any) -> None:
    state = sandboxes.run(("no-such-program",))
    assert (state.phase, state.reason, state.exit_code) == ("ended", "launch", None)
    assert "no-such-program cannot be started in /" in state.message


def test_start_is_idempotent_for_a_folder(sandboxes: Any) -> None:
    job = sandboxes.job("print('once')")
    sandboxes.folders.append(job.folder)
    for _ in range(3):
        sandboxes.runtime.start(job)
    sandboxes.wait(job.folder)
    sandboxes.runtime.start(job)
    assert sandboxes.output() == ["once"]


def test_many_short_jobs_at_once_all_end_as_they_should(sandboxes: Any) -> None:
    limits = Limits(memory_bytes=1 << 28, disk_bytes=1 << 28)

    def exit_code(number: int) -> int | None:
        state: JobState = sandboxes.run(("sh", "-c", f"exit {number}"), f"job-{number}", limits=limits)
        return state.exit_code

    with ThreadPoolExecutor(8) as starters:
        assert list(starters.map(exit_code, range(40))) == list(range(40))


def test_stop_lets_the_job_clean_up(sandboxes: Any, await_line: Callable[..., None]) -> None:
    source = """
import signal, sys
def stop(*_):
    print("saving", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
while True: signal.pause()
"""
    folder = sandboxes.start(source, notify=sandboxes.place / "notes", token="7")
    await_line("ready")
    sandboxes.runtime.stop(folder)
    state = sandboxes.wait(folder)
    assert (state.reason, state.exit_code) == ("stopped", 0)
    assert sandboxes.output() == ["ready", "saving"]


def test_stop_kills_a_job_that_ignores_it_after_its_grace(sandboxes: Any, await_line: Callable[..., None]) -> None:
    notes = sandboxes.place / "notes"
    folder = sandboxes.start(STUBBORN, notify=notes, token="7", limits=Limits(grace_seconds=0.3))
    await_line("ready")
    asked = time.monotonic()
    sandboxes.runtime.stop(folder)
    state = sandboxes.wait(folder)
    assert 0.3 <= time.monotonic() - asked < 5
    assert (state.reason, state.signal, state.exit_code) == ("stopped", signal.SIGKILL, None)


def test_job_that_runs_too_long_is_ended(sandboxes: Any) -> None:
    state = sandboxes.run(STUBBORN, limits=Limits(run_seconds=0.3, grace_seconds=0.2))
    assert (state.reason, state.signal) == ("timeout", signal.SIGKILL)
    assert state.message == "the job ran longer than its limit of 0.3 seconds"


def test_what_a_job_leaves_behind_is_killed(sandboxes: Any) -> None:
    source = """
import os, subprocess, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
print("gone")
"""
    started = time.monotonic()
    state = sandboxes.run(source)
    assert (state.exit_code, sandboxes.output()) == (0, ["gone"])
    assert time.monotonic() - started < 10


def test_death_of_the_supervisor_takes_the_job_along_and_is_told(
    sandboxes: Any, await_line: Callable[..., None]
) -> None:
    held = sandboxes.place / "held"
    held.mkdir()
    os.mkfifo(held / "fifo")
    reader = os.open(held / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    folder = sandboxes.start(
        "fifo = open('/held/fifo', 'w'); print('ready', flush=True); import time; time.sleep(300)",
        mounts=(Mount(held, "/held", writable=True),),
        notify=sandboxes.place / "notes",
        token="1",
    )
    await_line("ready")
    pid = sandboxes.runtime.supervisor_pid(folder)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end of the fifo: nobody holds it any more
    os.close(reader)
    state = sandboxes.wait(folder)
    assert (state.phase, state.reason) == ("ended", "lost")
    assert sandboxes.runtime.supervisor_pid(folder) is None


SERVER = """
import os, signal, sys
from pathlib import Path
from brickline.runtimes import Job, Limits, Mount, SandboxRuntime
python, prefix, folder, gate, owned = sys.argv[1:]
job = Job(
    Path(folder), (python, "-I", "-c", "print(open('/gate/fifo').read())"), {},
    mounts=(Mount(Path(prefix), prefix), Mount(Path(gate), "/gate")), owner_pid=os.getpid() if owned else None,
)
SandboxRuntime().start(job)
os.kill(os.getpid(), signal.SIGKILL)
"""


def start_by_a_server_that_dies(sandboxes: Any, owned: str) -> Path:
    gate = sandboxes.place / "gate"
    gate.mkdir()
    os.mkfifo(gate / "fifo")
    folder = sandboxes.place / "job"
    sandboxes.folders.append(folder)
    python = os.path.realpath(sys.executable)
    server = subprocess.run([sys.executable, "-c", SERVER, python, sys.base_prefix, folder, gate, owned], check=False)
    assert server.returncode == -signal.SIGKILL
    return gate / "fifo"


def test_job_outlives_the_server_and_another_process_reads_its_end(sandboxes: Any) -> None:
    fifo = start_by_a_server_that_dies(sandboxes, owned="")
    assert sandboxes.runtime.state(sandboxes.place / "job").phase == "running"
    fifo.write_text("carried on")
    state = sandboxes.wait(sandboxes.place / "job")
    assert (state.exit_code, sandboxes.output()) == (0, ["carried on"])


def test_owned_job_ends_with_its_owner(sandboxes: Any) -> None:
    start_by_a_server_that_dies(sandboxes, owned="yes")
    state = sandboxes.wait(sandboxes.place / "job")
    assert (state.reason, state.message) == ("stopped", "the process that this job belonged to has ended")


def test_hosts_resolve_and_two_jobs_talk(sandboxes: Any, await_line: Callable[..., None]) -> None:
    hosts = {"algo-1": "127.0.11.1", "algo-2": "127.0.11.2"}
    server = """
import socket
listener = socket.create_server((socket.gethostname(), 0))
print(listener.getsockname()[1], flush=True)
print(listener.accept()[0].recv(100).decode())
"""
    notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notes.bind(str(sandboxes.place / "server-notes"))
    notes.settimeout(20)
    first = sandboxes.start(
        server, "one", hosts=hosts, hostname="algo-1", notify=sandboxes.place / "server-notes", token="1"
    )
    while not sandboxes.output("one"):
        notes.recv(10)
    port = sandboxes.output("one")[0]
    client = f"import socket; socket.create_connection(('algo-1', {port})).send(socket.gethostname().encode())"
    assert sandboxes.run(client, "two", hosts=hosts, hostname="algo-2").exit_code == 0
    assert sandboxes.wait(first).exit_code == 0
    assert sandboxes.output("one")[1] == "algo-2"


def test_forget_removes_whatever_the_job_left(sandboxes: Any) -> None:
    source = """
import os
os.makedirs("/tmp/a/b")
open("/tmp/a/b/file", "w").close()
os.symlink("/", "/tmp/a/link")
os.chmod("/tmp/a/b", 0)
os.chmod("/tmp/a", 0)
"""
    state = sandboxes.run(source)
    assert state.exit_code == 0
    sandboxes.runtime.forget(sandboxes.place / "job")
    assert not (sandboxes.place / "job").exists()


def test_forget_ends_a_running_job(sandboxes: Any) -> None:
    folder = sandboxes.start("import time; time.sleep(300)")
    pid = sandboxes.runtime.supervisor_pid(folder)
    sandboxes.runtime.forget(folder)
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_job_description_is_for_its_user_only(sandboxes: Any) -> None:
    folder = sandboxes.start("pass", environment={"AWS_SECRET_ACCESS_KEY": "secret"})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "job.json").stat().st_mode & 0o777 == 0o600


def test_notes_tell_new_output_and_the_end(sandboxes: Any) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    deep = sandboxes.place / ("long" * 30)
    deep.mkdir()
    handle = os.open(deep, os.O_PATH)
    listener.bind(f"/proc/self/fd/{handle}/notes")
    listener.settimeout(20)
    folder = sandboxes.start("print('hello')", notify=deep / "notes", token="42")
    seen = []
    while sandboxes.runtime.state(folder).phase != "ended":
        seen.append(listener.recv(64))
    assert set(seen) == {b"42"}


def test_missing_listener_is_no_problem(sandboxes: Any) -> None:
    assert sandboxes.run("print('hello')", notify=sandboxes.place / "nobody" / "notes", token="1").exit_code == 0


def test_output_is_kept_line_by_line_with_its_time(sandboxes: Any) -> None:
    source = r"""
import os, sys
os.write(1, b"out\n")
os.write(2, b"err\r\n")
os.write(1, b"bad \xff byte\n\n")
os.write(1, "é".encode() * 100_000 + b"\n")
os.write(1, b"no newline")
"""
    before = int(time.time() * 1000)
    sandboxes.run(source)
    lines = sandboxes.output()
    assert lines[:4] == ["out", "err", "bad � byte", ""]
    assert "".join(lines[4:-1]) == "é" * 100_000
    assert lines[-1] == "no newline"
    records, _ = read_output(sandboxes.place / "job", 0)
    assert all(before <= arrived <= time.time() * 1000 for arrived, _ in records)


def test_fifty_megabytes_of_output_are_kept(sandboxes: Any) -> None:
    source = """
import sys
for number in range(500_000):
    sys.stdout.write(f"{number:099}\\n")
"""
    folder = sandboxes.start(source)
    pid = sandboxes.runtime.supervisor_pid(folder)
    state = sandboxes.wait(folder)
    assert pid is not None
    assert state.exit_code == 0
    lines = sandboxes.output()
    assert (len(lines), lines[0], lines[-1]) == (500_000, f"{0:099}", f"{499_999:099}")
