"""Jobs that a pipeline has given to functions: their results, and what they are."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.action_life import ActionController
from brickline.bricks.codepipeline.actions.lambda_invoke import CONTINUATION_SECONDS, job_data
from brickline.bricks.codepipeline.records import Records

_MOST_BYTES = 122_880


class Jobs:
    """PutJobSuccessResult, PutJobFailureResult and GetJobDetails. A job's id is that of its action execution."""

    def __init__(self, records: Records, controller: ActionController) -> None:
        self._records = records
        self._controller = controller

    def put_job_success_result(self, context: Context, request: Shape) -> Shape:
        size = sum(len(name.encode()) + len(value.encode()) for name, value in _variables(request).items())
        if size > _MOST_BYTES:
            message = f"outputVariables: {size} bytes; they can have {_MOST_BYTES}"
            raise Refused("OutputVariablesSizeExceededException", message)
        with self._records.store.write():
            job = self._open_job(context, request["jobId"])
            kept = job.private["kept"]
            if percent := (request.get("executionDetails") or {}).get("percentComplete"):
                kept["percent"] = percent
            if token := request.get("continuationToken"):
                kept["continuation"] = token
                job.private |= {"has_begun": False, "begin_at": clock.now() + CONTINUATION_SECONDS}
            else:
                kept["result"] = {
                    "executionDetails": request.get("executionDetails") or {},
                    "outputVariables": _variables(request),
                }
            self._records.actions.save(job)
        return {}

    def put_job_failure_result(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            job = self._open_job(context, request["jobId"])
            job.private["kept"]["result"] = {"failure": request["failureDetails"]}
            self._records.actions.save(job)
        return {}

    def get_job_details(self, context: Context, request: Shape) -> Shape:
        job = self._job(context, request["jobId"])
        work = self._controller.work(job)
        if work is None:
            raise _missing(job.name)
        data = job_data(work) | {
            "actionTypeId": work.action.type_id,
            "pipelineContext": {
                "pipelineName": work.pipeline,
                "stage": {"name": work.action.stage},
                "action": {"name": work.action.name, "actionExecutionId": job.name},
                "pipelineArn": context.arn("codepipeline", work.pipeline),
                "pipelineExecutionId": work.execution.name,
            },
        }
        return {"jobDetails": {"id": job.name, "accountId": context.account, "data": data}}

    def _open_job(self, context: Context, job_id: str) -> Resource:
        job = self._job(context, job_id)
        if job.status != "InProgress" or "result" in job.private["kept"]:
            raise Refused("InvalidJobStateException", f"The job {job_id} has its result already ({job.status})")
        return job

    def _job(self, context: Context, job_id: str) -> Resource:
        job = self._records.action(context, job_id)
        if job is None or job.document["input"]["actionTypeId"]["category"] != "Invoke":
            raise _missing(job_id)
        return job


def _variables(request: Shape) -> dict[str, str]:
    return request.get("outputVariables") or {}


def _missing(job_id: str) -> Refused:
    return Refused("JobNotFoundException", f"There is no job {job_id}")
