"""Test cases of JUnit XML files. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from brickline.baseplate.brick import Shape

STATUSES = ("SUCCEEDED", "FAILED", "ERROR", "SKIPPED", "UNKNOWN")
MOST_CASES = 500
"""Of one report: the rest is left away, and the report is `truncated`."""
_LONGEST_MESSAGE = 1000
_RESULTS = {"failure": "FAILED", "error": "ERROR", "skipped": "SKIPPED"}


class BadReport(Exception):
    """A file that is no JUnit XML."""


def cases_of(text: bytes, path: str) -> list[Shape]:
    """The cases of one file, as DescribeTestCases shows them. Raises BadReport."""
    try:
        # Entities are not followed outside of the text, and their expansion is bounded by the parser (expat 2.4).
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadReport(f"{path}: {error}") from None
    if root.tag not in ("testsuites", "testsuite"):
        raise BadReport(f"{path}: the root is <{root.tag}>; JUnit XML has <testsuites> or <testsuite>")
    return [_case(case, suite, path) for suite, case in _cases(root)]


def summary(cases: Sequence[Shape]) -> Shape:
    """`testSummary` of a report."""
    counts = Counter(case["status"] for case in cases)
    return {
        "total": len(cases),
        "statusCounts": {status: counts.get(status, 0) for status in STATUSES},
        "durationInNanoSeconds": sum(case["durationInNanoSeconds"] for case in cases),
    }


def _cases(element: ElementTree.Element, suite: str = "") -> Iterator[tuple[str, ElementTree.Element]]:
    for child in element:
        if child.tag == "testcase":
            yield element.get("name", suite), child
        elif child.tag == "testsuite":
            yield from _cases(child, element.get("name", suite))


def _case(case: ElementTree.Element, suite: str, path: str) -> Shape:
    result = next((child for child in case if child.tag in _RESULTS), None)
    shown: Shape = {
        "testRawDataPath": path,
        "prefix": case.get("classname", ""),
        "name": case.get("name", ""),
        "testSuiteName": suite,
        "status": "SUCCEEDED" if result is None else _RESULTS[result.tag],
        "durationInNanoSeconds": _nanoseconds(case.get("time", "")),
    }
    if result is not None:
        words = [result.get("message", ""), (result.text or "").strip()]
        shown["message"] = "\n".join(filter(None, words))[:_LONGEST_MESSAGE]
    return shown


def _nanoseconds(seconds: str) -> int:
    try:
        return max(int(float(seconds.replace(",", "")) * 1e9), 0)
    except (ValueError, OverflowError):
        return 0
