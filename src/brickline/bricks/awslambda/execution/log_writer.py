"""Writes functions' output into their log streams, behind the invocations: an answer does not wait for the disk."""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from dataclasses import dataclass

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.shipping import Line, Shipment

log = logging.getLogger(__name__)

_PAUSE = 0.02
"""Seconds in which lines gather, so that a busy function does not make a transaction per line."""


@dataclass(frozen=True)
class Stream:
    """A log stream, and the account and region that it lies in."""

    account: str
    region: str
    shipment: Shipment


class LogWriter:
    """One thread for all functions."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._queue: queue.SimpleQueue[tuple[Stream, Line] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lambda-logs", daemon=True)
        self._thread.start()

    def put(self, stream: Stream, line: Line) -> None:
        self._queue.put((stream, line))

    def close(self) -> None:
        """Returns when everything is written."""
        self._stopping.set()
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            self._stopping.wait(_PAUSE)
            self._write([item, *self._waiting()])
        self._write(self._waiting())

    def _waiting(self) -> list[tuple[Stream, Line]]:
        found = []
        while not self._queue.empty():
            if (item := self._queue.get()) is None:
                self._queue.put(None)
                break
            found.append(item)
        return found

    def _write(self, items: list[tuple[Stream, Line]]) -> None:
        lines: dict[Stream, list[Line]] = defaultdict(list)
        for stream, line in items:
            lines[stream].append(line)
        if lines:
            try:
                with self._baseplate.store.write():
                    for stream, found in lines.items():
                        stream.shipment.send(self._context(stream), found)
            except Refused:
                log.exception("%d lines of functions' output could not be written", len(items))

    def _context(self, stream: Stream) -> Context:
        return self._baseplate.context(stream.account, stream.region, principal="lambda.amazonaws.com")
