"""`/console/live`: server-sent events that say that something was committed: browsers look at their page again."""

from __future__ import annotations

import threading

from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.baseplate.store import Commits

_BEAT = 15.0
"""Seconds after which a silent stream shows that it is alive."""
_PAUSE = 0.25
"""Seconds between two messages at least: what happens meanwhile is told once."""


class LiveBody:
    """Blocks in `read` until there is something to tell; empty once the server stops."""

    length: int | None = None

    def __init__(self, commits: Commits, seen: int) -> None:
        self._commits = commits
        self._seen = seen
        self._is_begun = False
        self._closed = threading.Event()

    def read(self, _size: int = -1, /) -> bytes:
        if not self._is_begun:
            self._is_begun = True
            return b"retry: 1000\n\n"
        if self._closed.wait(_PAUSE):
            return b""
        count = self._commits.wait(self._seen, _BEAT)
        if count is None or self._closed.is_set():
            return b""
        is_new, self._seen = count != self._seen, count
        return b"data: %d\n\n" % count if is_new else b": still here\n\n"

    def close(self) -> None:
        self._closed.set()


def stream(commits: Commits, request: PageRequest) -> PageResponse:
    """`?seen=` is the count of commits when the page was made: what came between is told at once."""
    seen = request.parameter.get("seen", "")
    headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
    return PageResponse(200, headers, LiveBody(commits, int(seen) if seen.isdecimal() else -1))
