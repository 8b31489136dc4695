from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from brickline.baseplate.watcher import Watcher


@pytest.fixture
def woken() -> Queue[int]:
    return Queue()


@pytest.fixture
def watcher(tmp_path: Path, woken: Queue[int]) -> Iterator[Watcher]:
    watcher = Watcher(tmp_path / ("long" * 25) / "notify.sock", woken.put)
    watcher.address.parent.mkdir()
    watcher.start()
    yield watcher
    watcher.close()


def _send(address: Path, text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(address.parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text, address.name)


def test_a_token_wakes_its_resource_and_nonsense_nobody(
    watcher: Watcher, woken: Queue[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _send(watcher.address, b"nonsense", monkeypatch)
    _send(watcher.address, b"42", monkeypatch)
    assert woken.get(timeout=5) == 42


def test_a_process_that_is_killed_wakes_its_resource(watcher: Watcher, woken: Queue[int]) -> None:
    process = subprocess.Popen(["sleep", "60"])
    watcher.watch_process(process.pid, 7)
    watcher.watch_process(process.pid, 7)
    process.kill()
    process.wait()
    assert woken.get(timeout=5) == 7
    assert woken.empty()


def test_a_process_that_is_gone_wakes_at_once(watcher: Watcher, woken: Queue[int]) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    watcher.watch_process(process.pid, 9)
    assert woken.get(timeout=5) == 9
