"""Keeps a job's output: one record per line, `<arrival in epoch milliseconds> <text>`, in output.log."""

from __future__ import annotations

import os
import time

LONGEST_LINE = 65536  # bytes; a longer line becomes several records


class OutputLog:
    """Cuts a stream of bytes into records and appends them. `dropped` counts bytes that found no room on the disk."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._unfinished = b""
        self.dropped = 0

    def feed(self, data: bytes) -> None:
        *lines, self._unfinished = cut_lines(self._unfinished + data)
        self._append(lines)

    def close(self) -> None:
        """Keep a last line that has no newline, and see that all is on the disk."""
        if self._unfinished:
            self._append([self._unfinished])
        os.fsync(self._file)
        os.close(self._file)

    def _append(self, lines: list[bytes]) -> None:
        if not lines:
            return
        stamp = b"%d " % (time.time_ns() // 1_000_000)
        records = b"".join([stamp + line + b"\n" for line in map(_readable, lines)])
        start = os.fstat(self._file).st_size
        try:
            while records:
                records = records[os.write(self._file, records) :]
        except OSError:
            self.dropped += len(records)
            os.ftruncate(self._file, start)  # half a record would look like a whole one to the next


def cut_lines(data: bytes) -> list[bytes]:
    """The lines of data without their ends, none longer than LONGEST_LINE; the last one has not ended yet."""
    lines = data.split(b"\n")
    if len(data) <= LONGEST_LINE:
        return lines
    return [piece for line in lines for piece in _pieces(line)]


def _pieces(line: bytes) -> list[bytes]:
    pieces = []
    while len(line) > LONGEST_LINE:
        end = _character_start(line, LONGEST_LINE)
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]


def _character_start(line: bytes, end: int) -> int:
    """The nearest place at or before `end` that does not split a UTF-8 character."""
    for start in range(end, end - 4, -1):
        if line[start] & 0xC0 != 0x80:
            return start
    return end


def _readable(line: bytes) -> bytes:
    """Valid UTF-8, without the carriage return of a line that ended in both."""
    line = line.removesuffix(b"\r")
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode(errors="replace").encode()
    return line
