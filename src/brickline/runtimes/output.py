"""A job's output as its supervisor records it: a line each, `<epoch milliseconds> <text>`."""

from __future__ import annotations

from pathlib import Path

OUTPUT = "output.log"
_MOST = 1 << 20


def read_output(folder: Path, offset: int) -> tuple[list[tuple[int, str]], int]:
    """Complete records from `offset` on (about a MiB at the most), and the offset to read on from.

    Nothing new: no records, and the same offset. Works while the supervisor appends.
    """
    try:
        with (folder / OUTPUT).open("rb") as file:
            file.seek(offset)
            data = file.read(_MOST)
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    return [_record(line) for line in data[:end].split(b"\n")[:-1]], offset + end


def _record(line: bytes) -> tuple[int, str]:
    moment, _, text = line.partition(b" ")
    return int(moment), text.decode("utf-8", "replace")
