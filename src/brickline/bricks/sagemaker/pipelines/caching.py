"""Step caching: what has to be alike for a step to be answered from an earlier run, and why it was not. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines.paths import Missing, Token, parse_path, path_text, walk

_SHOWN = 200


class Change(NamedTuple):
    """An argument that is not as it was. `ABSENT` stands for one that is, or was, not there."""

    path: str
    old: Any
    new: Any


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def key_arguments(attributes: Sequence[str], arguments: Shape) -> Shape:
    """Those of a step's resolved arguments that its cache key is made of; `attributes` are paths, none for all."""
    if not attributes:
        return {"Arguments": arguments}
    found: Shape = {}
    for attribute in attributes:
        try:
            found[attribute] = walk(arguments, parse_path(attribute))
        except Missing:
            continue  # an attribute that is not given is part of the key by its absence
    return found


def cache_key(arguments: Shape) -> str:
    """A digest of key arguments: alike for alike arguments, in whatever order their members are."""
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()


def explain(previous: Any, new: Any, path: tuple[Token, ...] = ()) -> list[Change]:
    """What changed between the key arguments of two runs: each changed leaf with its old and new value."""
    if isinstance(previous, dict) and isinstance(new, dict):
        names = [*previous, *(name for name in new if name not in previous)]
        pairs: list[tuple[Token, Any, Any]] = [
            (name, previous.get(name, ABSENT), new.get(name, ABSENT)) for name in names
        ]
    elif isinstance(previous, list) and isinstance(new, list):
        length = max(len(previous), len(new))
        pairs = [(index, _item(previous, index), _item(new, index)) for index in range(length)]
    else:
        return [] if _alike(previous, new) else [Change(path_text(path), previous, new)]
    return [change for token, old, now in pairs for change in explain(old, now, (*path, token))]


def explanation(changes: Sequence[Change]) -> str:
    """`HyperParameters.epochs changed from "3" to "4"`, change by change."""
    return "; ".join(f"{change.path} changed from {_shown(change.old)} to {_shown(change.new)}" for change in changes)


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else ABSENT


def _alike(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


def _shown(value: Any) -> str:
    text = repr(value) if value is ABSENT else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
