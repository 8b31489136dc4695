"""What the picture is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from brickline.baseplate.brick import Shape

COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Sources", ("repository", "bucket", "schedule")),
    ("Events", ("rule",)),
    ("CI/CD", ("codepipeline",)),
    ("Builds", ("project",)),
    ("Training", ("pipeline",)),
    ("Registry and functions", ("group", "function")),
    ("Serving", ("endpoint",)),
)
"""The columns from left to right, as work flows, and the kinds of bricks in each."""

KINDS = {
    "repository": "CodeCommit repository",
    "bucket": "S3 bucket",
    "schedule": "Schedule",
    "rule": "EventBridge rule",
    "codepipeline": "CodePipeline",
    "project": "CodeBuild project",
    "pipeline": "SageMaker pipeline",
    "function": "Lambda function",
    "group": "Model package group",
    "endpoint": "Endpoint",
}
"""What the bricks of a kind are called."""

Ask = Callable[..., Shape | None]
"""`ask(service, operation, **request)`: None where the thing is not there."""


@dataclass(frozen=True)
class Block:
    """A brick of the picture. `order` is greater for what is newer."""

    kind: str
    arn: str
    name: str
    state: str = ""
    """A status of the service, of the brick or of its last run."""
    more: str = ""
    """What is to be said beside the state: `version 3`, `rate(1 day)`."""
    order: float = 0.0


@dataclass(frozen=True)
class Joint:
    """`source` makes something happen in `target`: by what it declares, or (`is_seen`) as it once did."""

    source: str
    target: str
    is_seen: bool = False


@dataclass(frozen=True)
class Architecture:
    blocks: Sequence[Block] = ()
    joints: Sequence[Joint] = ()
    cut: frozenset[str] = frozenset()
    """Kinds of which there is more than what is shown."""
    lit: dict[str, int] = field(default_factory=dict)
    """ARNs at which something has just happened, with the number of the last event."""


def join(parts: Sequence[Architecture]) -> Architecture:
    """All parts in one; joints that are declared win over the same ones seen."""
    joints: dict[tuple[str, str], Joint] = {}
    for joint in (joint for part in parts for joint in part.joints):
        known = joints.get((joint.source, joint.target))
        if joint.source != joint.target and (known is None or known.is_seen):
            joints[joint.source, joint.target] = joint
    return Architecture(
        [block for part in parts for block in part.blocks],
        list(joints.values()),
        frozenset().union(*(part.cut for part in parts)),
    )


def pages(ask: Ask, service: str, operation: str, member: str, most: int, **request: Any) -> Iterator[Shape]:
    """The first items of a list, at most `most`, page by page."""
    token: Any = None
    given = count()
    while True:
        answer = ask(service, operation, **request, **(token or {}))
        for item in (answer or {}).get(member, ()):
            if next(given) >= most:
                return
            yield item
        name = next((name for name in ("NextToken", "nextToken") if (answer or {}).get(name)), None)
        if name is None or answer is None:
            return
        token = {name: answer[name]}
