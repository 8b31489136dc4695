"""Which steps can start now, which never will, and how an execution ends. Pure.

A step starts once every step that it depends on has ended as the dependency asks: `Completed` means Succeeded (and, for
a condition's branches, with the right outcome). A step that can no longer start is skipped: it is never listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from brickline.bricks.sagemaker.pipelines.definition import NOT_EVALUATED, Definition, Dependency, Step
from brickline.bricks.sagemaker.pipelines.expressions import Reference, references
from brickline.bricks.sagemaker.pipelines.paths import Token

Dependencies = Mapping[str, tuple[Dependency, ...]]

FINAL = ("Succeeded", "Failed", "Stopped")
"""The final statuses of a step."""

_ENDINGS = {"Completed": ("Succeeded",), "Failed": ("Failed",), "Stopped": ("Stopped",), "Any": FINAL}


@dataclass(frozen=True)
class State:
    """A step that has started. `outcome` is a condition's."""

    status: str
    outcome: bool | None = None


@dataclass(frozen=True)
class Progress:
    """What an execution can do next. With nothing ready and nothing running it is over."""

    ready: tuple[str, ...]
    skipped: frozenset[str]
    running: int


def step_references(step: Step) -> Iterator[tuple[tuple[Token, ...], Reference]]:
    """Every reference that a step itself makes, with its place; not those of a condition's branches."""
    yield from references(step.arguments, (*step.path, "Arguments"))
    for member, value in step.body.items():
        if member not in NOT_EVALUATED:
            yield from references(value, (*step.path, member))


def dependencies_of(step: Step) -> tuple[Dependency, ...]:
    """What a step waits for: named dependencies, its branch, and the steps whose properties it reads.

    A named dependency with a trigger stands for the reference as well: a step may read of a step that failed.
    """
    found = list(step.depends_on)
    named = {dependency.step for dependency in found}
    for _, reference in step_references(step):
        if reference.root == "Steps" and reference.name not in named:
            named.add(reference.name)
            found.append(Dependency(reference.name))
    return tuple(found)


@lru_cache(maxsize=256)
def dependencies(definition: Definition) -> Dependencies:
    return {step.name: dependencies_of(step) for step in definition.steps.values()}


def find_cycle(edges: Dependencies) -> list[str] | None:
    """The steps of a cycle, each before the one that needs it, its first one again at the end; None without one."""
    try:
        TopologicalSorter({name: [edge.step for edge in needs] for name, needs in edges.items()}).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return None


def progress(edges: Dependencies, states: Mapping[str, State], selected: frozenset[str] | None = None) -> Progress:
    """What can start, given the states of the steps that have; only steps in `selected`, if there is a selection."""
    skipped = _skipped(edges, states, selected)
    waiting = [name for name in edges if name not in states and name not in skipped]
    ready = [name for name in waiting if all(_is_met(edge, states) for edge in edges[name])]
    running = sum(state.status not in FINAL for state in states.values())
    return Progress(tuple(ready), frozenset(skipped), running)


def final_status(edges: Dependencies, states: Mapping[str, State]) -> str:
    """The status of an execution that is over."""
    failed = [name for name, state in states.items() if state.status == "Failed"]
    if failed:
        return "CompletedWithFailures" if all(_is_handled(name, edges, states) for name in failed) else "Failed"
    stopped = any(state.status == "Stopped" and not _is_handled(name, edges, states) for name, state in states.items())
    return "Stopped" if stopped else "Succeeded"


def kept_on_retry(edges: Dependencies, states: Mapping[str, State]) -> set[str]:
    """The steps that need not run again: those that succeeded, on nothing but such steps.

    A step that ran because another one failed goes with it. What never started (above the results that a selective
    execution reuses) does not count.
    """
    kept = {name for name, state in states.items() if state.status == "Succeeded"}
    while gone := {name for name in kept if any(edge.step in states.keys() - kept for edge in edges[name])}:
        kept -= gone
    return kept


def _skipped(edges: Dependencies, states: Mapping[str, State], selected: frozenset[str] | None) -> set[str]:
    skipped = {name for name in edges if name not in states and selected is not None and name not in selected}
    grown = True
    while grown:
        more = {
            name
            for name, needs in edges.items()
            if name not in states and name not in skipped and any(_is_hopeless(edge, states, skipped) for edge in needs)
        }
        skipped |= more
        grown = bool(more)
    return skipped


def _is_met(edge: Dependency, states: Mapping[str, State]) -> bool:
    state = states.get(edge.step)
    return (
        state is not None
        and state.status in _ENDINGS[edge.trigger]
        and (edge.outcome is None or edge.outcome == state.outcome)
    )


def _is_hopeless(edge: Dependency, states: Mapping[str, State], skipped: set[str]) -> bool:
    state = states.get(edge.step)
    return edge.step in skipped or (state is not None and state.status in FINAL and not _is_met(edge, states))


def _is_handled(name: str, edges: Dependencies, states: Mapping[str, State]) -> bool:
    """Whether a step that asked for this ending has run, and succeeded."""
    return any(
        edge.step == name and edge.trigger != "Completed" and states[other].status == "Succeeded"
        for other in states
        for edge in edges.get(other, ())
    )
