"""What a type of step is to the rest of pipelines. A new type is a file that declares one, and a line in `steps`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.paths import Token

Status = Literal["Executing", "Succeeded", "Failed", "Stopped"]


@dataclass(frozen=True)
class Work:
    """One attempt of a step: everything that a type needs to begin, watch and stop it."""

    context: Context
    """As the pipeline's role; owned by the execution, so that what is made wakes it."""
    step: Step
    """With every expression outside its arguments resolved too."""
    arguments: Shape
    """With every expression resolved, in the types that the API takes."""
    execution_arn: str
    job_name: str
    """For what the attempt creates: `pipelines-<execution>-<step>-<random>`, the same at every look."""
    experiment: Shape = field(default_factory=dict)
    """ExperimentConfig of jobs; empty for none."""
    tags: tuple[Shape, ...] = ()
    kept: Shape = field(default_factory=dict)
    """What the attempt has kept so far: `Outcome.kept` of its start, and `result` once it has been told one."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt stands."""

    status: Status
    metadata: Shape = field(default_factory=dict)
    """The step's Metadata in ListPipelineExecutionSteps."""
    properties: Shape = field(default_factory=dict)
    """What `Steps.<name>.` reads."""
    reason: str = ""
    """FailureReason of a failed attempt."""
    fault: str = ""
    """The kind of failure that a retry policy can name."""
    kept: Shape = field(default_factory=dict)


@dataclass(frozen=True)
class CacheKey:
    """What has to be alike: arguments by their paths (all where none is named), and members of the step beside them."""

    arguments: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def _nothing_wrong(_step: Step) -> str | None:
    return None


@dataclass(frozen=True)
class StepType:
    """How steps of one type are checked, begun, watched and stopped."""

    name: str
    start: Callable[[Work], Outcome]
    """Begin, in the transaction that writes the step. Raises Refused where that cannot be."""
    property_type: Callable[[Step, Sequence[Token]], str | None]
    """`String`, `Number`, `Boolean`, or None where it is not known. Raises UnknownProperty."""
    look: Callable[[Work], Outcome] | None = None
    """How it stands now; None where a step is over as soon as it has begun."""
    stop: Callable[[Work], None] | None = None
    """Ask it to stop (`look` says when it has); None where that cannot be asked, and its end is waited for."""
    run: Callable[[Work], Shape] | None = None
    """A call that takes long, made in a thread of its own; its answer is kept as `result`. Made again after a kill."""
    check: Callable[[Step], str | None] = _nothing_wrong
    """What is wrong with the step's own members, or None."""
    operation: str = ""
    """The operation of SageMaker that the arguments are for: it says what types they have."""
    call: str = ""
    """What it calls where that is not `operation`, as failure reasons name it: `lambda:Invoke`."""
    cache_key: CacheKey | None = None
    """None where steps are never cached."""
