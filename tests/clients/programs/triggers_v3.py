"""A pipeline that the clock starts: put_triggers of the third generation of the SDK."""

import time
from datetime import UTC, datetime, timedelta

import boto3
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.triggers import PipelineSchedule

role = get_execution_role()
pipeline = Pipeline("by-clock-v3", steps=[FailStep("Stop", error_message="no")], sagemaker_session=PipelineSession())
pipeline.upsert(role_arn=role)

soon = PipelineSchedule(name="soon-v3", at=datetime.now(tz=UTC) + timedelta(seconds=2))
daily = PipelineSchedule(name="daily-v3", cron="0 3 * * ? *")
hourly = PipelineSchedule(name="hourly-v3", rate=(1, "hour"), enabled=False)
arns = pipeline.put_triggers(triggers=[soon, daily, hourly], role_arn=role)
assert sorted(arn.rsplit("/", 1)[1] for arn in arns) == ["daily-v3", "hourly-v3", "soon-v3"], arns
pipeline.put_triggers(triggers=[daily], role_arn=role)  # once more: an update

described = pipeline.describe_trigger("daily-v3")
assert described["Schedule_Expression"] == "cron(0 3 * * ? *)", described
assert described["Schedule_State"] == "ENABLED", described
assert pipeline.describe_trigger("hourly-v3")["Schedule_State"] == "DISABLED"

client = boto3.client("sagemaker")
for _ in range(100):
    executions = client.list_pipeline_executions(PipelineName="by-clock-v3")["PipelineExecutionSummaries"]
    if executions:
        break
    time.sleep(0.1)
assert len(executions) == 1, executions

pipeline.delete_triggers(trigger_names=["daily-v3", "hourly-v3", "soon-v3"])
assert boto3.client("scheduler").list_schedules(NamePrefix="daily-v3")["Schedules"] == []
print("done")
