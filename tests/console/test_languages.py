"""Every phrase of the console in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import brickline.console
from brickline.console.architecture.model import COLUMNS, KINDS
from brickline.console.navigation import AREAS
from brickline.console.rendering import _environment, catalogue
from brickline.console.views.endpoint_charts import PLANS

_FOLDER = Path(brickline.console.__file__).parent


def _phrases() -> Iterator[str]:
    """What `_("…")` and `{% trans %}` mark in templates, and what Python looks up by its English."""
    for template in (_FOLDER / "templates").rglob("*.html"):
        for _line, _function, message in _environment("en").extract_translations(template.read_text()):
            if phrase := message if isinstance(message, str) else message and message[0]:
                yield phrase
    for file in _FOLDER.rglob("*.py"):
        yield from _given_to_phrase(ast.parse(file.read_text()))
    for area in AREAS:
        yield from (title for title in (area.title, *(item.title for item in area.items)) if title)
    yield from (title for title, _ in COLUMNS)
    yield from KINDS.values()
    yield from (plan.title for plan in PLANS)


def _given_to_phrase(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and "phrase" in (getattr(call.func, "id", ""), getattr(call.func, "attr", "")):
            yield from (one.value for one in call.args if isinstance(one, ast.Constant))


def test_korean_has_every_phrase_and_no_other() -> None:
    phrases = set(_phrases())
    known = catalogue("ko")
    assert sorted(phrases - set(known)) == []
    assert sorted(set(known) - phrases) == []


def test_a_translation_has_the_same_places_for_values() -> None:
    for english, korean in catalogue("ko").items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", korean)), english
