from __future__ import annotations

import pytest

from brickline.console.tails import Line, marked


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        (["Traceback (most recent call last):", "ValueError: no", "exit"], 1),
        (["ValueError: first", "again", "my.module.TrainError: second"], 2),
        (["2026-01-01 ERROR    it broke", "bye"], 0),
        (["gcc: error: no such file"], 0),
        (["all is well", "errors=0"], None),
        ([], None),
    ],
)
def test_the_last_line_that_tells_of_a_failure_is_marked(lines: list[str], failing: int | None) -> None:
    found = [index for index, line in enumerate(marked([Line(text) for text in lines])) if line.is_failure]
    assert found == ([] if failing is None else [failing])
