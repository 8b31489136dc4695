"""PutApprovalResult."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.kinds import stage_missing
from brickline.bricks.codepipeline.records import Records


class Approvals:
    """One operation."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put_approval_result(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            attempt = self._attempt(context, request)
            now = clock.now()
            attempt.private["kept"]["result"] = request["result"]
            attempt.document["updatedBy"] = context.principal
            self._records.actions.save(attempt)
        return {"approvedAt": now}

    def _attempt(self, context: Context, request: Shape) -> Resource:
        """The approval that waits, by its token. Refused where there is none."""
        pipeline = self._records.pipeline(context, request["pipelineName"])
        declaration = self._records.latest(context, pipeline)
        stage = declaration.stage(request["stageName"])
        if stage is None:
            raise stage_missing(pipeline.name, request["stageName"])
        action = stage.action(request["actionName"])
        if action is None or action.category != "Approval":
            raise Refused(
                "ActionNotFoundException",
                f"Stage '{stage.name}' of pipeline '{pipeline.name}' has no approval action '{request['actionName']}'",
            )
        for attempt in self._records.approvals(context, pipeline.name):
            if attempt.private["token"] == request["token"] and attempt.document["actionName"] == action.name:
                return _waiting(attempt)
        raise Refused(
            "InvalidApprovalTokenException",
            "The approval token is not one of this action; GetPipelineState has it while the approval waits",
        )


def _waiting(attempt: Resource) -> Resource:
    if attempt.status == "InProgress" and "result" not in attempt.private["kept"]:
        return attempt
    raise Refused("ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected")
