"""The server is killed (SIGKILL) under load, again and again: what clients were told is there, and nothing else is.

Only what a client was told counts: a call that ended in a broken connection may have happened or not.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from tests.faults.killable import BUCKET, Killable

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROUNDS = 6


class Load:
    """Threads that call until told to stop, and remember what they were told."""

    def __init__(self, server: Killable, calls: list[Callable[[Killable, random.Random], None]]) -> None:
        self.server = server
        self._going = threading.Event()
        self._going.set()
        self._threads = [
            threading.Thread(target=self._repeat, args=(call, random.Random(number)), daemon=True)
            for number, call in enumerate(calls)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._going.clear()
        for thread in self._threads:
            thread.join()

    def _repeat(self, call: Callable[[Killable, random.Random], None], chance: random.Random) -> None:
        while self._going.is_set():
            try:
                call(self.server, chance)
            except (BotoCoreError, ClientError) as error:
                if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    raise
                time.sleep(0.02)  # the server is away: look again shortly


def test_no_object_is_lost_torn_or_invented_by_kills(killable: Killable) -> None:
    told: dict[str, set[str]] = {}
    tried: dict[str, set[str]] = {}

    def put(server: Killable, chance: random.Random) -> None:
        key, body = f"key-{chance.randrange(20)}-{threading.get_ident()}", chance.randbytes(chance.randrange(400_000))
        digest = hashlib.md5(body).hexdigest()
        tried.setdefault(key, set()).add(digest)
        server.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        tried[key] = {digest}
        told[key] = {digest}

    load = Load(killable, [put, put, put])
    chance = random.Random(7)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.05, 0.4))
        killable.kill()
        killable.start()
    load.stop()
    s3 = killable.client("s3")
    there = {
        item["Key"]: item
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        for item in page.get("Contents", [])
    }
    assert told
    assert set(told) <= set(there) <= set(tried)
    for key, item in there.items():
        digest = hashlib.md5(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()).hexdigest()
        assert digest in tried[key], f"{key} holds bytes that nobody put as a whole"
        assert item["ETag"] == f'"{digest}"'


def test_a_pipeline_ends_succeeded_whenever_the_server_is_killed(killable: Killable) -> None:
    _upload_code(killable)
    sagemaker = killable.client("sagemaker")
    sagemaker.create_pipeline(PipelineName="faults", PipelineDefinition=json.dumps(_definition()), RoleArn=ROLE)
    arn = sagemaker.start_pipeline_execution(PipelineName="faults")["PipelineExecutionArn"]
    chance = random.Random(11)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.1, 0.8))
        killable.kill()
        killable.start()
    sagemaker = killable.client("sagemaker")
    execution = _until_final(sagemaker, arn)
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    assert execution["PipelineExecutionStatus"] == "Succeeded", (execution, steps["PipelineExecutionSteps"])
    found = {step["StepName"]: step for step in steps["PipelineExecutionSteps"]}
    assert set(found) == {"Prepare", "Train", "Call", "Register"}
    assert len(sagemaker.list_training_jobs(NameContains="train")["TrainingJobSummaries"]) == 1
    packages = sagemaker.list_model_packages(ModelPackageGroupName="faults")["ModelPackageSummaryList"]
    assert [package["ModelPackageVersion"] for package in packages] == [1]
    lines = _log_lines(killable, "/aws/sagemaker/TrainingJobs")
    counted = [line for line in lines if line.startswith("line ")]
    assert counted == [f"line {number}" for number in range(30)], "each line of output arrives once, in order"
    assert sorted(_emitted(killable, arn)) == sorted(set(_emitted(killable, arn))), "no event is doubled"


def _definition() -> dict[str, Any]:
    code = {"S3Uri": f"s3://{BUCKET}/code/prepare.py", "LocalPath": "/opt/ml/processing/input/code"}
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    return {
        "Version": "2020-12-01",
        "Steps": [
            {
                "Name": "Prepare",
                "Type": "Processing",
                "Arguments": {
                    "RoleArn": ROLE,
                    "ProcessingResources": {"ClusterConfig": cluster},
                    "AppSpecification": {
                        "ImageUri": IMAGE,
                        "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"],
                    },
                    "ProcessingInputs": [
                        {"InputName": "code", "S3Input": {**code, "S3DataType": "S3Prefix", "S3InputMode": "File"}}
                    ],
                    "ProcessingOutputConfig": {
                        "Outputs": [
                            {
                                "OutputName": "out",
                                "S3Output": {
                                    "S3Uri": f"s3://{BUCKET}/prepared",
                                    "LocalPath": "/opt/ml/processing/out",
                                    "S3UploadMode": "EndOfJob",
                                },
                            }
                        ]
                    },
                },
            },
            {
                "Name": "Train",
                "Type": "Training",
                "Arguments": {
                    "RoleArn": ROLE,
                    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                    "HyperParameters": {
                        "sagemaker_program": '"train.py"',
                        "sagemaker_submit_directory": f'"s3://{BUCKET}/code/sourcedir.tar.gz"',
                    },
                    "InputDataConfig": [
                        {
                            "ChannelName": "train",
                            "DataSource": {
                                "S3DataSource": {
                                    "S3DataType": "S3Prefix",
                                    "S3Uri": {
                                        "Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"
                                    },
                                }
                            },
                        }
                    ],
                    "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
                    "ResourceConfig": cluster,
                    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
                },
            },
            {
                "Name": "Call",
                "Type": "Lambda",
                "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:faults",
                "Arguments": {"model": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}},
                "OutputParameters": [{"OutputName": "model", "OutputType": "String"}],
            },
            {
                "Name": "Register",
                "Type": "RegisterModel",
                "Arguments": {
                    "ModelPackageGroupName": "faults",
                    "InferenceSpecification": {
                        "Containers": [
                            {"Image": IMAGE, "ModelDataUrl": {"Get": "Steps.Call.OutputParameters['model']"}}
                        ],
                        "SupportedContentTypes": ["text/csv"],
                        "SupportedResponseMIMETypes": ["text/csv"],
                    },
                },
            },
        ],
    }


PREPARE = "from pathlib import Path; Path('/opt/ml/processing/out/data.txt').write_text('data')"
TRAIN = """
import os, time
assert open(os.environ["SM_CHANNEL_TRAIN"] + "/data.txt").read() == "data"
for number in range(30):
    print("line", number)
    time.sleep(0.1)
open(os.environ["SM_MODEL_DIR"] + "/model", "w").write("model")
"""
FUNCTION = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n    return {'model': event['model']}\n"


def _upload_code(server: Killable) -> None:
    s3 = server.client("s3")
    s3.put_object(Bucket=BUCKET, Key="code/prepare.py", Body=PREPARE.encode())
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("train.py")
        member.size = len(TRAIN)
        tar.addfile(member, io.BytesIO(TRAIN.encode()))
    s3.put_object(Bucket=BUCKET, Key="code/sourcedir.tar.gz", Body=archive.getvalue())
    server.client("lambda").create_function(
        FunctionName="faults",
        Runtime="python3.11",
        Role=ROLE,
        Handler="function.handler",
        Timeout=30,
        Code={"ZipFile": _zip("function.py", FUNCTION)},
    )


def _zip(name: str, text: str) -> bytes:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def _until_final(sagemaker: Any, arn: str) -> dict[str, Any]:
    until = time.monotonic() + 120
    while True:
        execution: dict[str, Any] = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if execution["PipelineExecutionStatus"] not in ("Executing", "Stopping") or time.monotonic() > until:
            return execution
        time.sleep(0.1)


def _log_lines(server: Killable, group: str) -> list[str]:
    logs = server.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def _emitted(server: Killable, arn: str) -> list[str]:
    """The execution's and its steps' status changes in the outbox, as text."""
    from brickline.baseplate.bus import Bus
    from brickline.baseplate.store import Store

    store = Store(server.store_url)
    try:
        events = [event for event in Bus(store).events() if arn in event["resources"]]
    finally:
        store.close()
    assert events
    keys = ("stepName", "currentStepStatus", "currentPipelineExecutionStatus")
    return [json.dumps([event["detail-type"], *(event["detail"].get(key) for key in keys)]) for event in events]
