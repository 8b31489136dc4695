"""What joins the demo's pipelines: rules of EventBridge, by which an upload trains and an approval serves."""

from __future__ import annotations

import json
import time
from typing import Any

from brickline.demo.pipeline import GROUP, PIPELINE
from brickline.demo.serving_pipeline import SERVING

MANIFESTS = "flights/manifests/"
_PATIENCE = 30.0


def join(s3: Any, events: Any, sagemaker: Any, role: str, bucket: str) -> None:
    """A new list of days starts the training pipeline; an approved version starts the serving pipeline."""
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    uploaded = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": MANIFESTS}]}},
    }
    approved = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [GROUP], "ModelApprovalStatus": ["Approved"]},
    }
    manifest = {"Name": "FlightsManifest", "Value": "$.detail.object.key"}
    for name, pattern, pipeline, parameters in (
        ("flights-uploaded", uploaded, PIPELINE, [manifest]),
        ("flights-approved", approved, SERVING, []),
    ):
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        arn = sagemaker.describe_pipeline(PipelineName=pipeline)["PipelineArn"]
        target = {"Id": pipeline, "Arn": arn, "RoleArn": role}
        target["SageMakerPipelineParameters"] = {"PipelineParameterList": parameters}
        events.put_targets(Rule=name, Targets=[target])


def newest_execution(sagemaker: Any, pipeline: str) -> str:
    found = sagemaker.list_pipeline_executions(PipelineName=pipeline, MaxResults=1)["PipelineExecutionSummaries"]
    return str(found[0]["PipelineExecutionArn"]) if found else ""


def next_execution(sagemaker: Any, pipeline: str, before: str) -> str:
    """The execution that somebody else starts, once it is there. Raises SystemExit where none comes."""
    until = time.monotonic() + _PATIENCE
    while (newest := newest_execution(sagemaker, pipeline)) == before:
        if time.monotonic() > until:
            raise SystemExit(f"no event has started {pipeline}; brickline rules dead-letters  may say why")
        time.sleep(0.05)
    return newest
