"""REST routes: which operation a method, path, query and headers mean. A service's table is built once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from brickline.baseplate.models import service_model
from brickline.gateway.http import HttpRequest, decode_form

if TYPE_CHECKING:
    from botocore.model import OperationModel

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class Candidate:
    """An operation of a path: what the query and headers must have for it to be meant."""

    operation: OperationModel
    literals: Mapping[str, str]
    """Query names that the route itself has, such as `uploads` or `list-type=2` (a value of "" is any)."""
    parameters: frozenset[str]
    """Query names of required members: `uploadId` tells ListParts from GetObject."""
    headers: frozenset[str]
    """Headers of required members: `x-amz-copy-source` tells CopyObject from PutObject."""

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """The more a route asks for, the earlier it is tried; deprecated operations last."""
        asked = len(self.parameters) + len(self.headers)
        return (self.operation.deprecated, -len(self.literals), -asked, self.operation.name)

    def is_named_by(self, request: HttpRequest) -> bool:
        given = request.parameter
        return all(name in given and value in ("", given[name]) for name, value in self.literals.items())

    def is_complete_in(self, request: HttpRequest) -> bool:
        return self.parameters <= request.parameter.keys() and all(name in request.headers for name in self.headers)


@dataclass(frozen=True)
class Path:
    """A template of paths and the operations that share it."""

    expression: re.Pattern[str]
    candidates: tuple[Candidate, ...]

    def find(self, request: HttpRequest) -> OperationModel | None:
        named = [candidate for candidate in self.candidates if candidate.is_named_by(request)]
        complete = (candidate for candidate in named if candidate.is_complete_in(request))
        # Where something required is missing the plainest is meant, and validation names what is missing.
        found = next(complete, named[-1] if named else None)
        return found.operation if found else None


class RestRoutes:
    """The routes of one service."""

    def __init__(self, service: str) -> None:
        self._paths: dict[str, list[Path]] = {}
        model = service_model(service)
        shared: dict[tuple[str, str], list[OperationModel]] = defaultdict(list)
        for name in model.operation_names:
            operation = model.operation_model(name)
            template = operation.http["requestUri"].partition("?")[0]
            shared[operation.http["method"], template].append(operation)
        for method, template in sorted(shared, key=lambda key: _specificity(key[1])):
            candidates = sorted(map(_candidate, shared[method, template]), key=lambda candidate: candidate.rank)
            self._paths.setdefault(method, []).append(Path(_expression(template), tuple(candidates)))

    def find(self, request: HttpRequest, path: str) -> tuple[OperationModel, dict[str, str]] | None:
        """The operation and the path's labels, decoded; `path` may differ from the request's own (virtual hosts)."""
        for route in self._paths.get(request.method, ()):
            if (match := route.expression.fullmatch(path)) and (operation := route.find(request)):
                names = _LABEL.findall(operation.http["requestUri"])
                return operation, {name: unquote(text) for (name, _), text in zip(names, match.groups(), strict=True)}
        return None


@cache
def rest_routes(service: str) -> RestRoutes:
    return RestRoutes(service)


def _candidate(operation: OperationModel) -> Candidate:
    literals = dict(decode_form(operation.http["requestUri"].partition("?")[2]))
    shape = operation.input_shape
    required = {name: shape.members[name] for name in shape.required_members} if shape else {}

    def wire_names(location: str) -> frozenset[str]:
        members = ((n, m.serialization) for n, m in required.items() if m.serialization.get("location") == location)
        return frozenset(serialization.get("name", name) for name, serialization in members)

    headers = frozenset(name.lower() for name in wire_names("header"))
    return Candidate(operation, literals, wire_names("querystring"), headers)


def _specificity(template: str) -> tuple[int, int, str]:
    """Paths without greedy labels first, then those with more fixed text."""
    return (template.count("+}"), -len(_LABEL.sub("", template)), template)


def _expression(template: str) -> re.Pattern[str]:
    """Labels match one segment, `{Key+}` all that is left; a slash at the end does not matter."""
    pieces, end = [], 0
    for label in _LABEL.finditer(template):
        pieces += [re.escape(template[end : label.start()]), "(.+)" if label[2] else "([^/]+)"]
        end = label.end()
    return re.compile("".join([*pieces, re.escape(template[end:].rstrip("/"))]) + "/?", re.DOTALL)
