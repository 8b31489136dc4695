"""How output is cut into records, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from brickline.runtimes import read_output
from brickline.runtimes.sandbox.supervisor.records import LONGEST_LINE, OutputLog, cut_lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", [b""]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\n\n", [b"a", b"", b""]),
        (b"x" * LONGEST_LINE, [b"x" * LONGEST_LINE]),
        (b"x" * (LONGEST_LINE + 1) + b"\ny", [b"x" * LONGEST_LINE, b"x", b"y"]),
        (b"x" + "é".encode() * (LONGEST_LINE // 2), [b"x" + "é".encode() * (LONGEST_LINE // 2 - 1), "é".encode()]),
    ],
)
def test_lines_are_cut_at_newlines_and_between_characters(data: bytes, lines: list[bytes]) -> None:
    assert cut_lines(data) == lines


def test_line_that_comes_in_parts_is_one_record(tmp_path: Path) -> None:
    log = OutputLog(str(tmp_path / "output.log"))
    log.feed("Größe".encode()[:3])
    assert read_output(tmp_path, 0) == ([], 0)
    log.feed("Größe".encode()[3:] + b"\nrest")
    lines, offset = read_output(tmp_path, 0)
    assert [line for _, line in lines] == ["Größe"]
    log.close()
    assert [line for _, line in read_output(tmp_path, offset)[0]] == ["rest"]


def test_record_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    (tmp_path / "output.log").write_bytes(b"1700000000000 whole\n1700000000001 ha")
    assert read_output(tmp_path, 0) == ([(1700000000000, "whole")], 20)
    assert read_output(tmp_path, 20) == ([], 20)


def test_folder_without_output_has_no_lines(tmp_path: Path) -> None:
    assert read_output(tmp_path, 0) == ([], 0)
