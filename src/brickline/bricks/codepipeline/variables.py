"""Variables of pipelines: `#{namespace.key}` in the configuration of actions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

REFERENCE = re.compile(r"#\{([^{}]*)\}")
_FORM = re.compile(r"([A-Za-z0-9@\-_]+)\.([A-Za-z0-9@\-_]+)")

OWN_NAMESPACES = ("codepipeline", "variables")
"""Those that no action can have: the pipeline's own."""

Scope = Mapping[str, Mapping[str, str]]
"""Values by namespace and key."""


class BadReference(Exception):
    """A reference that is not one, or that names what is not there."""


def references(text: str) -> Iterator[tuple[str, str]]:
    """Namespace and key of each reference. Raises BadReference."""
    for found in REFERENCE.finditer(text):
        yield _parts(found)


def resolve(text: str, scope: Scope) -> str:
    """The text with the values of its references. Raises BadReference."""

    def value(found: re.Match[str]) -> str:
        namespace, key = _parts(found)
        known = scope.get(namespace)
        if known is None or key not in known:
            raise BadReference(f"the variable {found[0]} cannot be resolved: nothing has set it in this execution")
        return known[key]

    return REFERENCE.sub(value, text)


def pipeline_variables(declared: list[dict[str, str]], given: list[dict[str, str]]) -> dict[str, str]:
    """The values of a pipeline's variables in an execution. Raises BadReference."""
    values = {one["name"]: one["value"] for one in given}
    names = {one["name"] for one in declared}
    if unknown := sorted(values.keys() - names):
        raise BadReference(f"the pipeline does not declare the variable {', '.join(unknown)}")
    missing = [one["name"] for one in declared if one["name"] not in values and "defaultValue" not in one]
    if missing:
        raise BadReference(f"the variable {', '.join(missing)} has no default value, so the start has to give one")
    return {one["name"]: values.get(one["name"], one.get("defaultValue", "")) for one in declared}


def _parts(found: re.Match[str]) -> tuple[str, str]:
    parts = _FORM.fullmatch(found[1])
    if parts is None:
        raise BadReference(
            f"Valid format for a pipeline execution variable reference is a namespace and a key separated by a "
            f"period (.): {found[0]}"
        )
    return parts[1], parts[2]
