"""up, down, status: a server's life, from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import BRICKLINE, FREE_PORTS, Done, call


def _status(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(call("status", "--json", "--data", str(folder)).stdout)
    return found


def test_up_says_where_it_is_and_how_to_connect(brickline: Callable[..., Done], data: Path) -> None:
    again = brickline("up", "--detach")
    assert again.returncode == 0
    assert "is running already at http://127.0.0.1:" in again.stdout
    assert f'eval "$(brickline env --data {data})"' in again.stdout
    url = str(_status(data)["endpoint_url"])
    health = json.loads(urllib.request.urlopen(f"{url}/_brickline/health").read())
    assert (health["name"], health["account"]) == ("brickline", "123456789012")


def test_status_of_no_server_is_1_and_says_so(tmp_path: Path) -> None:
    done = call("status", "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, f"no server runs on {tmp_path}\n")
    assert json.loads(call("status", "--json", "--data", str(tmp_path)).stdout)["running"] is False


def test_a_chosen_port_that_is_taken_is_told_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = call("up", "--data", str(tmp_path / "d"), "--port", port, "--proxy-port", "0")
        detached = call("up", "--detach", "--data", str(tmp_path / "d"), "--port", port, "--proxy-port", "0")
    for result in (done, detached):
        assert result.returncode == 1
        assert f"port {port} is taken" in result.stderr
        assert "--port" in result.stderr
        assert "Traceback" not in result.stderr


def test_bad_settings_are_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "brickline.toml").write_text("prot = 1\n")
    done = call("up", "--data", str(tmp_path), *FREE_PORTS)
    assert done.returncode == 1
    assert "no setting 'prot'; did you mean 'port'?" in done.stderr


def test_a_killed_server_comes_back_on_the_same_data(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    assert call("up", "--detach", "--data", folder, *FREE_PORTS).returncode == 0
    pid = int(str(_status(tmp_path / "data")["pid"]))
    keys = (tmp_path / "data" / "credentials.json").read_text()
    os.kill(pid, signal.SIGKILL)
    while _status(tmp_path / "data")["running"]:
        time.sleep(0.01)
    assert call("up", "--detach", "--data", folder, *FREE_PORTS).returncode == 0
    assert (tmp_path / "data" / "credentials.json").read_text() == keys
    down = call("down", "--data", folder)
    assert (down.returncode, down.stdout) == (0, "Brickline is down\n")
    assert not (tmp_path / "data" / "server.json").exists()
    assert call("down", "--data", folder).stdout == f"no server runs on {folder}\n"


def test_ctrl_c_ends_a_server_in_the_foreground(tmp_path: Path) -> None:
    command = [BRICKLINE, "up", "--data", str(tmp_path), *FREE_PORTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "is up; Ctrl-C ends it" in server.stdout.readline()
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=20)
    assert server.returncode in (0, 130)
    assert "Traceback" not in errors
    assert not _status(tmp_path)["running"]
