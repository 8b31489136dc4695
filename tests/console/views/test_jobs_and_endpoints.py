"""Jobs and endpoints that nothing drives: lists, filters, forms, and what cannot be done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.console.conftest import Visitor

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.metrics import Metrics, Point
from brickline.console.views.captures import newest
from brickline.console.visit import Visit

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
IMAGE = "python:3.11-slim"
REFERER = "http://127.0.0.1:4599/console/endpoints/e"


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    made = baseplate.context()
    made.call("s3", "CreateBucket", Bucket="bucket")
    return made


def _train(context: Context, name: str, **more: Any) -> None:
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    context.call("sagemaker", "CreateTrainingJob", **{**request, **more})


def _serve(context: Context, **config: Any) -> None:
    context.call("sagemaker", "CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    context.call("sagemaker", "CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[variant], **config)
    context.call("sagemaker", "CreateEndpoint", EndpointName="e", EndpointConfigName="c")


def test_jobs_are_listed_by_kind_and_status_and_stopped(visitor: Visitor, context: Context) -> None:
    _train(context, "job-1", HyperParameters={"epochs": "3", "note": "<script>"})
    _train(context, "job-2")
    assert "job-1 InProgress" in visitor.get("/console/jobs?kind=training-job&search=1").text
    assert "job-2" not in visitor.get("/console/jobs?search=1").text
    page = visitor.get("/console/jobs/training-job/job-1")
    assert "epochs 3" in page.text
    assert "&lt;script&gt;" in page.html
    visitor.post("/console/jobs/training-job/job-2/stop")
    assert "job-2 Stopping" in visitor.get("/console/jobs?status=Stopping").text
    assert "job-1" not in visitor.get("/console/jobs?status=Stopping").text


def test_a_job_says_which_data_it_reads(visitor: Visitor, context: Context) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/a b/data"}}
    context.call("s3", "PutObject", Bucket="bucket", Key="a b/data", Body=b"")
    _train(context, "job", InputDataConfig=[{"ChannelName": "train", "DataSource": source}])
    page = visitor.get("/console/jobs/training-job/job")
    assert 'href="/console/s3/bucket/a%20b/data"' in page.html
    assert "/opt/ml/input/data/train" in page.text


def test_an_endpoint_that_is_not_ready_says_so_and_keeps_what_was_typed(visitor: Visitor, context: Context) -> None:
    _serve(context)
    assert "e Creating" in visitor.get("/console/endpoints?status=Creating").text
    page = visitor.get("/console/endpoints/e")
    assert "Data capture is off" in page.text
    asked = visitor.post("/console/endpoints/e", {"body": "<1,2>", "type": "text/csv", "accept": ""})
    assert asked.status == 200
    assert "&lt;1,2&gt;</textarea>" in asked.html
    assert "ValidationError" in asked.text


@pytest.mark.parametrize("form", [{"weight:v": "much"}, {"weight:v": "1", "count:v": "1.5"}, {"weight:none": "1"}])
def test_weights_that_cannot_be_set_say_why(visitor: Visitor, context: Context, form: dict[str, str]) -> None:
    _serve(context)
    back = visitor.post("/console/endpoints/e/weights", form, referer=REFERER)
    assert back.location.startswith("/console/endpoints/e")
    assert "ValidationException" in visitor.get(back.location).text


def test_looking_writes_nothing(visitor: Visitor, context: Context) -> None:
    """A page that wrote anything would be told of it, and would look at itself again for ever."""
    _train(context, "job")
    _serve(context)
    job = "/console/jobs/training-job/job"
    arn = context.arn("sagemaker", "training-job/job")
    Metrics(context.baseplate.store).put(arn, [Point("loss", float(time), 1 / time) for time in range(1, 4)])
    pages = (job, "/console/jobs", "/console/endpoints", "/console/endpoints/e", "/console/endpoints/e?span=7d")
    counts = []
    for _ in range(2):  # the first look makes the bricks that it is the first to need
        assert [visitor.get(address).status for address in pages] == [200] * len(pages)
        counts.append(context.baseplate.store.commits.count)
    assert counts[0] == counts[1]
    assert 'aria-label="loss: 3 points, from 0.3333 to 1, last 0.3333"' in visitor.get(job).html


def test_captured_requests_are_read_newest_first(context: Context) -> None:
    folder = "captured/e/v/2026/11"
    for place, numbers in ((f"{folder}/23/09", (1, 2)), (f"{folder}/24/01", (3, 4))):
        lines = [_captured(number) for number in numbers]
        context.call("s3", "PutObject", Bucket="bucket", Key=f"{place}/a.jsonl", Body="\n".join(lines).encode())
    described = {"EndpointName": "e", "DataCaptureConfig": {"DestinationS3Uri": "s3://bucket/captured"}}
    found = newest(Visit(context, "/endpoints/e"), described)
    assert [one.input for one in found] == ["row 4", "row 3"]
    assert {(one.variant, one.uri) for one in found} == {("v", f"s3://bucket/{folder}/24/01/a.jsonl")}
    assert newest(Visit(context, "/endpoints/e"), {"EndpointName": "e"}) == []


def _captured(number: int) -> str:
    given = {"data": f"row {number}", "observedContentType": "text/csv", "encoding": "CSV"}
    time = f"2026-11-24T01:00:0{number}Z"
    return json.dumps({"captureData": {"endpointInput": given}, "eventMetadata": {"inferenceTime": time}})
