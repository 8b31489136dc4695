"""Wakes controllers when a job's supervisor says so or dies: no polling.

A supervisor sends its token (the id of its resource) to a Unix datagram socket when there is new output and at its end;
its process is watched by a pidfd, so that its violent death is noticed as well.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable
from pathlib import Path


class Watcher:
    """One thread that waits for datagrams and for processes to end."""

    def __init__(self, address: Path, wake: Callable[[int], None]) -> None:
        self.address = address
        self._wake = wake
        self._selector = selectors.DefaultSelector()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._stop_read, self._stop_write = os.pipe()
        self._watched: set[tuple[int, int]] = set()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def start(self) -> None:
        self.address.unlink(missing_ok=True)
        bind_private(self._socket, self.address)
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._selector.register(self._stop_read, selectors.EVENT_READ)
        self._thread.start()

    def watch_process(self, pid: int, resource_id: int) -> None:
        """Wake the resource once process `pid` has ended (at once if it is gone). Asking twice watches once."""
        if (pid, resource_id) in self._watched:
            return
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._wake(resource_id)
            return
        self._watched.add((pid, resource_id))
        self._selector.register(pidfd, selectors.EVENT_READ, (pid, resource_id))

    def close(self) -> None:
        if self._selector.get_map() is None:
            return  # closed already
        os.write(self._stop_write, b"x")
        if self._thread.is_alive():
            self._thread.join()
        for key in [*self._selector.get_map().values()]:
            if key.data:
                os.close(key.fd)
        self._selector.close()
        self._socket.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
        self.address.unlink(missing_ok=True)

    def _watch(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == self._stop_read:
                    return
                if key.fileobj is self._socket:
                    self._receive()
                else:
                    self._ended(key)

    def _receive(self) -> None:
        tokens = set()
        while True:
            try:
                tokens.add(self._socket.recv(256))
            except BlockingIOError:
                break
        for token in tokens:
            if token.isdigit():
                self._wake(int(token))

    def _ended(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fileobj)
        os.close(key.fd)
        self._watched.discard(key.data)
        self._wake(key.data[1])


def bind_private(sock: socket.socket, address: Path) -> None:
    """Bind by a short relative name: a Unix address holds 107 bytes, a data folder's path may be longer."""
    directory = os.open(address.parent, os.O_RDONLY)
    try:
        sock.bind(f"/proc/self/fd/{directory}/{address.name}")
    finally:
        os.close(directory)
    address.chmod(0o600)
