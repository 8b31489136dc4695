"""A job tries to get out of its sandbox, as whoever the tests run as: root or not, nothing may give way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from brickline.runtimes import LaunchFailed, Limits, Mount

ATTEMPT = """
import ctypes, errno, json, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(action):
    try:
        result = action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"
"""


def attempt(sandboxes: Any, action: str, **members: Any) -> Any:
    return sandboxes.answer(f"{ATTEMPT}\nprint(json.dumps(attempt(lambda: {action})))", **members)


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("open('/usr/escaped', 'w')", "EROFS"),
        ("open('/etc/hosts', 'a')", "EROFS"),
        ("open('/escaped', 'w')", "EROFS"),
        ("open('/proc/sys/kernel/hostname', 'w')", "EROFS"),
        ("open('/proc/sys/vm/swappiness', 'w')", "EROFS"),
        ("os.chmod('/dev/null', 0o600)", "EROFS"),
        ("os.mknod('/tmp/disk', 0o60600, os.makedev(254, 0))", "EPERM"),
        ("os.listdir('/proc/1/root')", "EACCES"),
        ("open('/proc/1/environ').read()", "EACCES"),
        ("os.readlink('/proc/1/exe')", "EACCES"),
        ("libc.mount(None, b'/usr', None, 0x1020, None)", "EPERM"),
        ("libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)", "EPERM"),
        ("libc.umount2(b'/proc/sys', 2)", "EPERM"),
        ("libc.unshare(0x10000000)", "ENOSPC"),
        ("libc.unshare(0x20000)", "EPERM"),
        ("libc.ptrace(16, 1, 0, 0)", "EPERM"),
        ("libc.sethostname(b'mine', 4)", "EPERM"),
        ("os.setuid(1)", "EINVAL"),
        ("os.chroot('/tmp')", "EPERM"),
        ("libc.reboot(0x1234567)", "EPERM"),
        ("os.kill(99999, 0)", "ESRCH"),
    ],
)
def test_job_is_refused(sandboxes: Any, action: str, outcome: str) -> None:
    assert attempt(sandboxes, action) in {outcome, *({"EPERM"} if outcome == "EINVAL" else ())}


def test_job_sees_only_its_own_processes(sandboxes: Any) -> None:
    pids = sandboxes.answer("import json, os; print(json.dumps([p for p in os.listdir('/proc') if p.isdigit()]))")
    assert pids == ["1", "2"]


def test_signals_to_every_process_stay_inside(sandboxes: Any) -> None:
    other = sandboxes.start("import signal; signal.pause()", "other")
    assert attempt(sandboxes, "os.kill(-1, signal.SIGKILL)") == "ESRCH"  # nobody but itself and pid 1
    assert attempt(sandboxes, "os.kill(1, signal.SIGKILL)", name="again") == "done"  # and still alive
    assert sandboxes.runtime.state(other).phase == "running"


def test_job_sees_neither_homes_nor_other_jobs(sandboxes: Any) -> None:
    secret = sandboxes.place / "other"
    secret.mkdir()
    (secret / "environ").write_text("AWS_SECRET_ACCESS_KEY")
    places = ["/home", "/tmp", "/mnt", "/srv", "/opt", "/run", "/root"]
    source = f"""
import json, os
print(json.dumps([os.path.exists({str(secret)!r}), [os.listdir(place) for place in {places!r}]]))
"""
    seen, listings = sandboxes.answer(source, mounts=())
    assert not seen
    interpreters_home = Path(os.path.relpath(os.path.realpath(os.sys.base_prefix), "/")).parts[0]
    for place, listing in zip(places, listings, strict=True):
        assert listing == [] or place == f"/{interpreters_home}"


def test_hidden_path_inside_a_mount_is_covered(sandboxes: Any) -> None:
    data = sandboxes.place / "project" / "data"
    data.mkdir(parents=True)
    (data / "state.db").write_text("secret")
    (sandboxes.place / "project" / "train.py").write_text("")
    sandboxes.runtime = type(sandboxes.runtime)(hide=(data,))
    source = "import json, os; print(json.dumps([sorted(os.listdir('/project')), os.listdir('/project/data')]))"
    mounts = (Mount(sandboxes.place / "project", "/project"),)
    assert sandboxes.answer(source, mounts=mounts) == [["data", "train.py"], []]


def test_mount_below_a_hidden_path_is_still_seen(sandboxes: Any) -> None:
    environment = sandboxes.place / "project" / "data" / "environment"
    environment.mkdir(parents=True)
    (environment / "library").write_text("")
    (sandboxes.place / "project" / "data" / "state.db").write_text("secret")
    sandboxes.runtime = type(sandboxes.runtime)(hide=(environment.parent,))
    source = """
import json, os
print(json.dumps([os.listdir("/project/data"), os.listdir("/project/data/environment")]))
"""
    mounts = (Mount(environment, "/project/data/environment"), Mount(sandboxes.place / "project", "/project"))
    assert sandboxes.answer(source, mounts=mounts) == [["environment"], ["library"]]


def test_read_only_mount_cannot_be_written_and_writable_one_can_be_executed(sandboxes: Any) -> None:
    inputs, outputs = sandboxes.place / "inputs", sandboxes.place / "outputs"
    inputs.mkdir()
    outputs.mkdir()
    source = f"""{ATTEMPT}
import subprocess
refused = attempt(lambda: open('/opt/ml/input/x', 'w'))
with open('/opt/ml/model/program', 'w') as program:
    program.write('#!/bin/sh\\necho ran')
os.chmod('/opt/ml/model/program', 0o755)
print(json.dumps([refused, subprocess.check_output(['/opt/ml/model/program'], text=True)]))
"""
    mounts = (Mount(inputs, "/opt/ml/input"), Mount(outputs, "/opt/ml/model", writable=True))
    assert sandboxes.answer(source, mounts=mounts) == ["EROFS", "ran\n"]
    assert (outputs / "program").stat().st_uid == os.getuid()


def test_job_has_no_capability_and_cannot_gain_one(sandboxes: Any) -> None:
    source = """
import json
rows = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines())
print(json.dumps([int(rows[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")]))
"""
    assert sandboxes.answer(source) == [0, 0, 0, 0, 0, 1]


def test_job_starts_clean(sandboxes: Any) -> None:
    source = """
import json, os, signal
descriptors = sorted(int(name) for name in os.listdir('/proc/self/fd'))[:-1]
mask = os.umask(0)
first = open('/proc/self/status').read()
python_s_own = (1 << 12) | (1 << 24)
libc_s_own = (1 << 31) | (1 << 32)
ignored = int(first.split('SigIgn:')[1].split()[0], 16) & ~(python_s_own | libc_s_own)
blocked = int(first.split('SigBlk:')[1].split()[0], 16)
print(json.dumps([descriptors, mask, ignored, blocked, os.getsid(0) == os.getpid(), os.read(0, 1).decode()]))
"""
    assert sandboxes.answer(source) == [[0, 1, 2], 0o022, 0, 0, True, ""]


def test_environment_is_the_given_one_and_nothing_of_the_server(
    sandboxes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the server's")
    source = "import json, os; print(json.dumps(dict(os.environ)))"
    environment = sandboxes.answer(source, environment={"SM_CHANNELS": "[]"}, hostname="algo-1")
    ours = {"PATH", "HOME", "LANG", "TAR_OPTIONS", "GOMP_SPINCOUNT", "HOSTNAME", "LC_CTYPE"}
    assert set(environment) <= {*ours, "SM_CHANNELS"}
    assert (environment["HOME"], environment["HOSTNAME"]) == ("/root", "algo-1")


def test_home_and_temporary_folders_are_empty_and_writable(sandboxes: Any) -> None:
    source = """
import json, os
for place in ("/tmp", "/var/tmp", "/root", "/run", "/dev/shm"):
    open(place + "/file", "w").write("x")
print(json.dumps("done"))
"""
    assert sandboxes.answer(source) == "done"
    assert not Path("/tmp/file").exists()


def test_mount_target_that_would_be_made_on_the_host_is_refused(sandboxes: Any) -> None:
    with pytest.raises(LaunchFailed, match="/usr/not/there"):
        sandboxes.start("", mounts=(Mount(sandboxes.place, "/usr/not/there"),))
    assert not Path("/usr/not").exists()
    assert sandboxes.runtime.state(sandboxes.place / "job").reason == "launch"


def test_mount_source_that_is_not_there_is_named(sandboxes: Any) -> None:
    with pytest.raises(LaunchFailed, match=f"mount source {sandboxes.place}/nowhere is not there"):
        sandboxes.start("", mounts=(Mount(sandboxes.place / "nowhere", "/opt/ml"),))


def test_mount_target_through_a_link_is_refused(sandboxes: Any) -> None:
    ml = sandboxes.place / "ml"
    ml.mkdir()
    (ml / "input").symlink_to("/etc")
    mounts = (Mount(ml, "/opt/ml", writable=True), Mount(ml, "/opt/ml/input/escaped"))
    with pytest.raises(LaunchFailed, match="symbolic link"):
        sandboxes.start("", mounts=mounts)
    assert not Path("/etc/escaped").exists()


def test_network_is_open_by_default_and_cut_on_request(sandboxes: Any) -> None:
    source = """
import json, socket
print(json.dumps([name for _, name in socket.if_nameindex()]))
listener = socket.create_server(("127.0.0.1", 0))
socket.create_connection(listener.getsockname()).close()
print(json.dumps([name for _, name in socket.if_nameindex()]))
"""
    assert sandboxes.answer(source, "cut", network=False) == ["lo"]
    import socket

    assert sandboxes.answer(source, "open") == [name for _, name in socket.if_nameindex()]


def test_limits_do_not_keep_a_job_from_many_threads(sandboxes: Any) -> None:
    source = """
import json, threading
done = threading.Event()
threads = [threading.Thread(target=done.wait) for _ in range(50)]
[thread.start() for thread in threads]
done.set()
print(json.dumps(len(threads)))
"""
    assert sandboxes.answer(source, limits=Limits(processes=60)) == 50
