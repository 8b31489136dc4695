"""Tells the server that there is something new: its token as a datagram. No server listening is no problem."""

from __future__ import annotations

import _socket
import math
import os
import time

_APART = 0.05  # seconds between two notes
_LAST_TRIES = 100


class Notifier:
    """Sends at most one note per 50 ms; `due_in` says when one that had to wait is to be sent."""

    def __init__(self, address: str | None, token: str) -> None:
        self._address = address
        self._token = token.encode()
        self._socket: _socket.socket | None = None
        self._waiting = False
        self._last = 0.0

    def note(self) -> None:
        """There is something new: tell it now, or when the last note is old enough."""
        self._waiting = self._address is not None
        self.send_if_due()

    def due_in(self) -> float:
        return max(0.0, self._last + _APART - time.monotonic()) if self._waiting else math.inf

    def send_if_due(self) -> None:
        if self.due_in() == 0.0:
            self.send()

    def send_last(self) -> None:
        """The job has ended: a listener that has no room now gets some seconds to make it."""
        self.send()
        for _ in range(_LAST_TRIES):
            if not self._waiting:
                return
            time.sleep(_APART)
            self.send()

    def send(self) -> None:
        self._last = time.monotonic()
        if self._address is None:
            return
        self._waiting = not self._delivered(self._address)

    def _delivered(self, address: str) -> bool:
        """False only where the listener is there and has no room now."""
        folder, name = os.path.split(address)
        try:
            # By the folder's number: an address holds 107 bytes, and a data folder's path may be longer.
            handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return True
        if self._socket is None:  # made late: the job's own process, forked before, must not have it
            self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK)
        try:
            self._socket.sendto(self._token, f"/proc/self/fd/{handle}/{name}")
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            os.close(handle)
        return True
