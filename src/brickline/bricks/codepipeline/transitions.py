"""Transitions between stages: disabled and enabled."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.declaration import Declaration
from brickline.bricks.codepipeline.kinds import stage_missing
from brickline.bricks.codepipeline.records import Records


class Transitions:
    """DisableStageTransition and EnableStageTransition."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def disable_stage_transition(self, context: Context, request: Shape) -> Shape:
        return self._set(context, request, enabled=False)

    def enable_stage_transition(self, context: Context, request: Shape) -> Shape:
        return self._set(context, request, enabled=True)

    def _set(self, context: Context, request: Shape, *, enabled: bool) -> Shape:
        with self._records.store.write():
            pipeline = self._records.pipeline(context, request["pipelineName"])
            declaration = self._records.latest(context, pipeline)
            place = _place(declaration, request["stageName"], request["transitionType"])
            state = {"enabled": enabled, "lastChangedBy": context.principal, "lastChangedAt": clock.now()}
            if not enabled:
                state["disabledReason"] = request["reason"]
            pipeline.private["transitions"][place] = state
            self._records.pipelines.keep(pipeline)
            if enabled:
                self._records.wake_waiting(context, pipeline.name)
        return {}


def is_open(pipeline: Resource, stage: str) -> bool:
    """Whether executions may come into a stage."""
    return bool(transition(pipeline, stage)["enabled"])


def transition(pipeline: Resource, stage: str) -> Shape:
    """The transition into a stage, as GetPipelineState shows it."""
    state: Shape = pipeline.private["transitions"].get(stage) or {"enabled": True}
    return state


def _place(declaration: Declaration, stage: str, kind: str) -> str:
    """The stage that the transition leads into; out of the last one it leads nowhere ("")."""
    names = [one.name for one in declaration.stages]
    if stage not in names:
        raise stage_missing(declaration.name, stage)
    if kind == "Inbound":
        return stage
    return next(iter(names[names.index(stage) + 1 :]), "")
