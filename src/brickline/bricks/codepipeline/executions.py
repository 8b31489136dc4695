"""Executions of pipelines: started, shown, listed, stopped and retried. What drives them is in `engine`."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.kinds import stage_missing
from brickline.bricks.codepipeline.records import Records
from brickline.bricks.codepipeline.starts import Starts


class Executions:
    """What can be done with executions."""

    def __init__(self, records: Records, starts: Starts) -> None:
        self._records = records
        self._starts = starts

    def start_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        started = self._starts.start(context, request, "StartPipelineExecution", context.principal)
        return {"pipelineExecutionId": started.name}

    def get_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        found = self._records.execution(context, request["pipelineName"], request["pipelineExecutionId"])
        return {"pipelineExecution": found.document}

    def list_pipeline_executions(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["pipelineName"])
        return self._records.page(self._records.executions, context, request, pipeline.name)

    def stop_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            execution = self._records.execution(context, request["pipelineName"], request["pipelineExecutionId"])
            _check_stoppable(execution, request)
            abandon, reason = request.get("abandon", False), request.get("reason", "")
            execution.private["stopping"] = "abandon" if abandon else "stop"
            execution.document["stopTrigger"] = {"reason": reason}
            if execution.private["inside"]:
                self._records.move_stage(context, execution, execution.private["stage"], "Stopping")
            self._records.move_execution(context, execution, "Stopping")
        return {"pipelineExecutionId": execution.name}

    def retry_stage_execution(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            pipeline = self._records.pipeline(context, request["pipelineName"])
            execution = self._retryable(context, pipeline, request)
            self._forget_attempts(context, execution, request["stageName"], request["retryMode"])
            execution.private |= {"stage": request["stageName"], "inside": True, "stopping": ""}
            execution.private["attempt"] += 1
            execution.document.pop("stopTrigger", None)
            self._records.move_stage(context, execution, request["stageName"], "InProgress", "RESUMED")
            self._records.move_execution(context, execution, "InProgress", "RESUMED")
        return {"pipelineExecutionId": execution.name}

    def _retryable(self, context: Context, pipeline: Resource, request: Shape) -> Resource:
        """Refused where the stage of the execution cannot be tried again."""
        stage = request["stageName"]
        declaration = self._records.latest(context, pipeline)
        if declaration.stage(stage) is None:
            raise stage_missing(pipeline.name, stage)
        execution = self._records.executions.find(context, request["pipelineExecutionId"], pipeline.name)
        if execution is None or execution.private["stages"].get(stage) not in ("Failed", "Stopped"):
            raise _not_retryable(stage, "it has not failed or stopped in this execution")
        if execution.unfinished:
            raise _not_retryable(stage, f"the execution is {execution.status}")
        if pipeline.private["latest"].get(stage) != execution.name:
            raise Refused(
                "NotLatestPipelineExecutionException",
                f"The execution {execution.name} is not the latest in stage '{stage}'; a later one has come to it",
            )
        version = execution.document["pipelineVersion"]
        if self._records.declaration(context, pipeline.name, version).stage(stage) != declaration.stage(stage):
            raise _not_retryable(stage, "the stage's structure has changed since")
        return execution

    def _forget_attempts(self, context: Context, execution: Resource, stage: str, mode: str) -> None:
        """Of the actions that are to run again. The attempts stay in the history."""
        for name, attempt in self._records.attempts(context, execution, stage).items():
            if mode == "ALL_ACTIONS" or attempt.status != "Succeeded":
                del execution.private["actions"][stage][name]
                attempt.private["is_latest"] = False
                self._records.actions.keep(attempt)


def _check_stoppable(execution: Resource, request: Shape) -> None:
    if execution.status not in ("InProgress", "Stopping"):
        raise Refused(
            "PipelineExecutionNotStoppableException",
            f"The execution {execution.name} is {execution.status}; one that is InProgress can be stopped",
        )
    if execution.status == "Stopping" and (not request.get("abandon") or execution.private["stopping"] == "abandon"):
        raise Refused(
            "DuplicatedStopRequestException", f"The execution {execution.name} has been asked to stop already"
        )


def _not_retryable(stage: str, why: str) -> Refused:
    return Refused("StageNotRetryableException", f"Unable to retry stage '{stage}': {why}")
