"""Writes functions' output into their log streams, behind the invocations: an answer does not wait for the disk."""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

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


Item = tuple[Stream, Line] | threading.Event
"""A line, or what is to be set once all lines before it are written."""


class LogWriter:
    """One thread for all functions."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lambda-logs", daemon=True)
        self._thread.start()

    def put(self, stream: Stream, line: Line) -> None:
        self._queue.put((stream, line))

    def flush(self) -> None:
        """Returns when everything that was put is written."""
        written = threading.Event()
        self._queue.put(written)
        while self._thread.is_alive() and not written.wait(1.0):
            pass

    def close(self) -> None:
        self._stopping.set()
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            self._stopping.wait(_PAUSE)
            self._write([item, *self._waiting()])

    def _waiting(self) -> list[Item]:
        found: list[Item] = []
        while not self._queue.empty():
            if (item := self._queue.get()) is None:
                self._queue.put(None)
                break
            found.append(item)
        return found

    def _write(self, items: list[Item]) -> None:
        lines: dict[Stream, list[Line]] = defaultdict(list)
        for item in items:
            if not isinstance(item, threading.Event):
                lines[item[0]].append(item[1])
        if lines:
            self._ship(lines)
        for item in items:
            if isinstance(item, threading.Event):
                item.set()

    def _ship(self, lines: dict[Stream, list[Line]]) -> None:
        try:
            with self._baseplate.store.write():
                for stream, found in lines.items():
                    stream.shipment.send(self._context(stream), found)
        except (Refused, SQLAlchemyError):
            log.exception("output of functions could not be written: %d streams", len(lines))

    def _context(self, stream: Stream) -> Context:
        return self._baseplate.context(stream.account, stream.region, principal="lambda.amazonaws.com")
