"""Metrics of a training job: numbers that regular expressions find in its log. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence


class MetricFinder:
    """The metric definitions of a job; an expression that does not compile finds nothing (it is refused at create)."""

    def __init__(self, definitions: Iterable[tuple[str, str]]) -> None:
        self._expressions = [(name, re.compile(expression)) for name, expression in definitions]

    def find(self, line: str) -> Iterator[tuple[str, float]]:
        """Each metric's name and value in a line, as the log shows it (tabs are `#011`) or else as it was written."""
        for name, expression in self._expressions:
            for form in dict.fromkeys((line, line.replace("#011", "\t"))):
                value = _first_number(expression.findall(form))
                if value is not None:
                    yield name, value
                    break


def _first_number(found: Sequence[str | tuple[str, ...]]) -> float | None:
    for one in found:
        text = one[0] if isinstance(one, tuple) else one
        try:
            return float(text)
        except ValueError:
            continue
    return None
