"""Lists beside those of pipelines and executions: action executions, action types, webhooks."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.codepipeline.action_types import ACTION_TYPES
from brickline.bricks.codepipeline.records import Records


class Listings:
    """ListActionExecutions, ListActionTypes and ListWebhooks."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def list_action_executions(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["pipelineName"])
        wanted = request.get("filter") or {}
        latest = wanted.get("latestInPipelineExecution") or {}
        if name := latest.get("pipelineExecutionId") or wanted.get("pipelineExecutionId"):
            self._records.executions.get(context, name, pipeline.name)
        return self._records.page(self._records.actions, context, request, pipeline.name)

    def list_action_types(self, _context: Context, request: Shape) -> Shape:
        """Only AWS's own: nobody can make further ones."""
        is_wanted = request.get("actionOwnerFilter", "AWS") == "AWS"
        return {"actionTypes": [one.described() for one in ACTION_TYPES.values()] if is_wanted else []}

    def list_webhooks(self, _context: Context, _request: Shape) -> Shape:
        """None: they cannot be made here."""
        return {"webhooks": []}
