"""Shipping: a job's output into a log stream, each line exactly once.

What was read so far is saved in the same transaction as the events: whatever line the server is killed at, the next
start goes on where the stream ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused

Line = tuple[int, str]
"""Epoch milliseconds, and a line of output without its end."""

ReadOutput = Callable[[Path, int], tuple[list[Line], int]]
"""The lines of a job's folder from an offset on, and the offset after them (`brickline.runtimes.read_output`)."""

_MOST_EVENTS = 10_000
_MOST_BYTES = 1_000_000
_LONGEST_MESSAGE = 60_000
"""Characters; a longer line becomes several events, as from a container's log driver."""
_LONGEST_SPAN = 23 * 3_600_000


@dataclass(frozen=True)
class Shipment:
    """The way of one job's output into its log stream; group and stream are made with the first line."""

    group: str
    stream: str

    def send(self, context: Context, lines: Iterable[Line]) -> None:
        """Append lines to the stream, all of them or none."""
        with context.baseplate.store.write():
            for batch in _batches(sorted(lines, key=lambda line: line[0])):
                self._put(context, batch)

    def send_output(
        self, context: Context, read: ReadOutput, folder: Path, offset: int, save: Callable[[int], None]
    ) -> list[Line]:
        """Send what a job has written since `offset`, and `save` the new offset in the same transaction.

        Gives the lines as they stand in the log: metric expressions are matched against those.
        """
        found, new_offset = read(folder, offset)
        lines = [(time, logged(text)) for time, text in found]
        if new_offset != offset:
            with context.baseplate.store.write():
                self.send(context, lines)
                save(new_offset)
        return lines

    def _put(self, context: Context, batch: list[Shape]) -> None:
        place = {"logGroupName": self.group, "logStreamName": self.stream}
        try:
            context.call("logs", "PutLogEvents", **place, logEvents=batch)
        except Refused as refused:
            if refused.code != "ResourceNotFoundException":
                raise
            self._create(context)
            context.call("logs", "PutLogEvents", **place, logEvents=batch)

    def _create(self, context: Context) -> None:
        _unless_there(context, "CreateLogGroup", logGroupName=self.group)
        _unless_there(context, "CreateLogStream", logGroupName=self.group, logStreamName=self.stream)


def logged(text: str) -> str:
    """A line as CloudWatch shows a container's: tabs as `#011`, which SageMaker's own metric expressions expect."""
    return text.replace("\t", "#011")


def _unless_there(context: Context, operation: str, **request: str) -> None:
    try:
        context.call("logs", operation, **request)
    except Refused as refused:
        if refused.code != "ResourceAlreadyExistsException":
            raise


def _batches(lines: Iterable[Line]) -> Iterator[list[Shape]]:
    """Lines as the batches that PutLogEvents takes."""
    batch: list[Shape] = []
    size = 0
    for time, message in _messages(lines):
        length = len(message.encode(errors="replace")) + 26
        is_full = len(batch) == _MOST_EVENTS or size + length > _MOST_BYTES
        if batch and (is_full or time - batch[0]["timestamp"] > _LONGEST_SPAN):
            yield batch
            batch, size = [], 0
        batch.append({"timestamp": time, "message": message})
        size += length
    if batch:
        yield batch


def _messages(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines as messages: not longer than one may be, and not empty, which PutLogEvents refuses."""
    for time, text in lines:
        for start in range(0, len(text), _LONGEST_MESSAGE) if text else ():
            yield time, text[start : start + _LONGEST_MESSAGE]
        if not text:
            yield time, " "
