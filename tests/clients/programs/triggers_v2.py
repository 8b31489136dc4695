"""A pipeline that the clock starts: put_triggers of the second generation of the SDK."""

import time
from datetime import UTC, datetime, timedelta

import boto3
import sagemaker
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.triggers import PipelineSchedule

role = sagemaker.get_execution_role()
pipeline = Pipeline("by-clock-v2", steps=[FailStep("Stop", error_message="no")], sagemaker_session=PipelineSession())
pipeline.upsert(role_arn=role)

soon = PipelineSchedule(name="soon-v2", at=datetime.now(tz=UTC) + timedelta(seconds=2))
daily = PipelineSchedule(name="daily-v2", cron="0 3 * * ? *")
hourly = PipelineSchedule(name="hourly-v2", rate=(1, "hour"), enabled=False)
arns = pipeline.put_triggers(triggers=[soon, daily, hourly], role_arn=role)
assert sorted(arn.rsplit("/", 1)[1] for arn in arns) == ["daily-v2", "hourly-v2", "soon-v2"], arns
pipeline.put_triggers(triggers=[daily], role_arn=role)  # once more: an update

described = pipeline.describe_trigger("daily-v2")
assert described["Schedule_Expression"] == "cron(0 3 * * ? *)", described
assert described["Schedule_State"] == "ENABLED", described
assert pipeline.describe_trigger("hourly-v2")["Schedule_State"] == "DISABLED"

client = boto3.client("sagemaker")
for _ in range(100):
    executions = client.list_pipeline_executions(PipelineName="by-clock-v2")["PipelineExecutionSummaries"]
    if executions:
        break
    time.sleep(0.1)
assert len(executions) == 1, executions

pipeline.delete_triggers(trigger_names=["daily-v2", "hourly-v2", "soon-v2"])
assert boto3.client("scheduler").list_schedules(NamePrefix="daily-v2")["Schedules"] == []
print("done")
