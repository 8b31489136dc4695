"""YAML as a buildspec has it: a scalar stays the text that it is (`python: 3.10` is not 3.1), lines are known. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

_DEEPEST = 30
_MOST = 20_000
"""Items; aliases may multiply them."""
_EXCESSIVE = "document contains excessive aliasing or nesting"

_PROBLEMS = (
    (r"mapping values are not allowed here", "mapping values are not allowed in this context"),
    (
        r"expected <block end>, but found '(-|<block sequence start>|<block mapping start>)'",
        "did not find expected key",
    ),
    (r"expected <block end>, but found.*", "did not find expected key"),
    (r"expected '<document start>'.*", "did not find expected <document start>"),
    (r"while scanning a simple key.*|could not find expected ':'", "could not find expected ':'"),
    (r"found character .* that cannot start any token", "found character that cannot start any token"),
    (r"expected ',' or '\]'.*", "did not find expected ',' or ']'"),
    (r"expected ',' or '}'.*", "did not find expected ',' or '}'"),
    (r"found unexpected end of stream", "found unexpected end of stream"),
    (r"found undefined alias '(.*)'", r"unknown anchor '\1' referenced"),
)
"""What the parser here says, and what CodeBuild's says of the same mistake."""


class YamlError(Exception):
    """A text that is no YAML document; the message has CodeBuild's words, and the line."""


@dataclass(frozen=True)
class Item:
    """A value of the document and the line (from 1 on) at which it stands. Scalars are text; null is empty text."""

    value: str | list[Item] | dict[str, Item]
    line: int


def parse_yaml(text: str) -> Item:
    """The document's value; an empty document is an empty mapping. Raises YamlError."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise YamlError(_message(error)) from None
    except RecursionError:
        raise YamlError(_EXCESSIVE) from None
    except yaml.YAMLError as error:
        raise YamlError(f"yaml: {error}") from None
    return _Converter().item(node) if node else Item({}, 1)


class _Converter:
    def __init__(self) -> None:
        self._left = _MOST

    def item(self, node: yaml.Node, depth: int = 0) -> Item:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise YamlError(f"{_EXCESSIVE} at line {_line(node)}")
        if isinstance(node, yaml.SequenceNode):
            return Item([self.item(one, depth + 1) for one in node.value], _line(node))
        if isinstance(node, yaml.MappingNode):
            return Item(self._mapping(node, depth), _line(node))
        is_null = node.tag == "tag:yaml.org,2002:null"
        return Item("" if is_null else node.value, _line(node))

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Item]:
        own: dict[str, Item] = {}
        merged: dict[str, Item] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError(f"invalid map key at line {_line(key)}")
            if key.tag == "tag:yaml.org,2002:merge":
                merged.update(self._merged(value, depth))
            elif key.value in own:
                raise YamlError(f"mapping key {key.value!r} already defined at line {own[key.value].line}")
            else:
                own[key.value] = self.item(value, depth + 1)
        return {**merged, **own}

    def _merged(self, node: yaml.Node, depth: int) -> dict[str, Item]:
        """What `<<: *anchor` brings along; of several anchors the first one counts."""
        found: dict[str, Item] = {}
        for one in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            value = self.item(one, depth + 1).value
            if not isinstance(value, dict):
                raise YamlError(f"map merge requires map or sequence of maps as the value at line {_line(one)}")
            found = {**value, **found}
        return found


def _message(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or str(error)
    mark = error.problem_mark or error.context_mark
    for pattern, words in _PROBLEMS:
        if found := re.fullmatch(pattern, problem):
            problem = found.expand(words)
            break
    return f"{problem} at line {mark.line + 1}" if mark else problem


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
