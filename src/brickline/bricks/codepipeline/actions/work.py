"""What a provider of actions is given, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.declaration import Action


@dataclass(frozen=True)
class Work:
    """An attempt of an action. Calls of `context` are caused by the execution, and wake the action when they end."""

    context: Context
    resource: Resource
    action: Action
    execution: Resource
    role: str
    """The ARN of the role as which the action acts."""

    @property
    def id(self) -> str:
        """The same however often it is begun: a client token for what it starts."""
        return self.resource.name

    @property
    def configuration(self) -> Mapping[str, str]:
        """With the values of its variables."""
        found: Mapping[str, str] = self.resource.private["resolved"]["configuration"]
        return found

    @property
    def commands(self) -> list[str]:
        found: list[str] = self.resource.private["resolved"]["commands"]
        return found

    @property
    def environment(self) -> list[Shape]:
        found: list[Shape] = self.resource.private["resolved"]["environment"]
        return found

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Artifacts by name: `location` {bucket, key}, `revision`, and `clone` of those that are references only."""
        found: Mapping[str, Shape] = self.resource.private["inputs"]
        return found

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """Where its artifacts are to lie, {bucket, key} by name."""
        found: Mapping[str, Shape] = self.resource.private["outputs"]
        return found

    @property
    def kept(self) -> Shape:
        """What it remembers from its beginning; `shown` is the ActionExecutionResult of a running one."""
        found: Shape = self.resource.private["kept"]
        return found

    @property
    def pipeline(self) -> str:
        return self.execution.parent


@dataclass(frozen=True)
class Outcome:
    """How an action has ended."""

    status: str
    result: Shape = field(default_factory=dict)
    """An ActionExecutionResult."""
    variables: Mapping[str, str] = field(default_factory=dict)
    revision: Shape | None = None
    """Of a source, what it has brought: an ArtifactRevision without the artifact's name."""
    clone: Shape | None = None
    """Of a source whose artifact is a reference: `location` and `commit` for who clones it."""


class Provider(Protocol):
    """Does the work of one kind of action. Operations that refuse make the action fail."""

    is_long: bool
    """Whether `begin` does all the work, outside of a transaction and perhaps again after a kill. Otherwise it only
    starts it, in the transaction that remembers so."""

    def begin(self, work: Work) -> Outcome | float | None:
        """Gives the outcome, or in how many seconds to look at it (None: when something wakes it)."""
        ...

    def look(self, work: Work) -> Outcome | float | None: ...

    def says(self, work: Work) -> str:
        """What stands before the words of a refusal."""
        ...


def succeeded(external_id: str = "", summary: str = "", url: str = "", **members: str) -> Shape:
    """An ActionExecutionResult without what is empty."""
    result = {
        "externalExecutionId": external_id,
        "externalExecutionSummary": summary,
        "externalExecutionUrl": url,
        **members,
    }
    return {name: value for name, value in result.items() if value}


def failed(code: str, message: str, external_id: str = "", url: str = "") -> Outcome:
    result = succeeded(external_id, message[:2048], url) | {"errorDetails": {"code": code, "message": message}}
    return Outcome("Failed", result)
