"""Selective execution: some of a pipeline's steps, on what an earlier execution left. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines.definition import Definition
from brickline.bricks.sagemaker.pipelines.graph import Dependencies
from brickline.bricks.sagemaker.pipelines.parameters import did_you_mean


class BadSelection(ValueError):
    """A selection that cannot be run, and why."""


def check_selection(definition: Definition, edges: Dependencies, selected: list[str], has_source: bool) -> None:
    """Raises BadSelection.

    Without a source execution no selected step may need one that is not selected; and the selected steps have to be
    connected: between two of them no step may be left out.
    """
    for name in selected:
        if name not in definition.steps:
            raise BadSelection(
                f"SelectedSteps: the pipeline has no step '{name}'.{did_you_mean(name, definition.steps)}"
            )
    edges = selected_dependencies(edges, selected)
    if not has_source and (needed := reused_steps(edges, selected)):
        raise BadSelection(
            f"SelectedSteps: SourcePipelineExecutionArn is needed, because selected steps depend on {_named(needed)}"
        )
    if left_out := _between(edges, set(selected)):
        raise BadSelection(
            f"SelectedSteps: the selected steps have to be connected; {_named(left_out)} "
            "between them has to be selected as well"
        )


def selected_names(config: Shape) -> list[str]:
    """The steps of a SelectiveExecutionConfig."""
    return [step["StepName"] for step in config["SelectedSteps"]]


def selected_dependencies(edges: Dependencies, selected: Iterable[str]) -> Dependencies:
    """What the selected steps wait for. A step of a branch may be selected without its condition: by name, it runs."""
    chosen = set(selected)
    return {
        name: tuple(edge for edge in needs if edge.outcome is None or edge.step in chosen)
        for name, needs in edges.items()
    }


def reused_steps(edges: Dependencies, selected: Iterable[str]) -> list[str]:
    """The steps that are not selected and that a selected one directly needs, in the order of the definition."""
    chosen = set(selected)
    needed = {edge.step for name in chosen for edge in selected_dependencies(edges, chosen)[name]} - chosen
    return [name for name in edges if name in needed]


def _between(edges: Dependencies, selected: set[str]) -> list[str]:
    """Steps left out that stand on a path from one selected step to another."""
    above = {other for name in selected for other in _ancestors(edges, name)} - selected
    return [name for name in edges if name in above and _ancestors(edges, name) & selected]


def _ancestors(edges: Dependencies, name: str) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        for edge in edges[pending.pop()]:
            if edge.step not in found:
                found.add(edge.step)
                pending.append(edge.step)
    return found


def _named(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
