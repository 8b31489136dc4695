from __future__ import annotations

import pytest

from brickline.baseplate.patterns import compiled


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (r"\p{ASCII}*", "text/csv", True),
        (r"\p{ASCII}*", "käse", False),
        (r"\A\S[\p{Print}]*\z", "a b", True),
        (r"\A\S[\p{Print}]*\z", " b", False),
        (r"[\p{L}\p{Z}_\]]+", "Käse ]_", True),
        (r"\p{Alpha}{2}", "ab", True),
        (r"\p{Alpha}{2}", "a1", False),
        (r"[\w-_]+", "a-b", True),
    ],
)
def test_java_patterns_are_matched_as_java_does(pattern: str, value: str, fits: bool) -> None:
    expression = compiled(pattern)
    assert expression is not None
    assert bool(expression.fullmatch(value)) is fits
