"""A started baseplate with a bucket, and jobs that can be waited for as a pipeline waits: by being their owner."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from tests.accounts import Owner, OwningAccount, owning_makers

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

BUCKET = "bucket"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
IMAGE = "python:3.11-slim"
FINAL = ("Completed", "Failed", "Stopped")


class Account(OwningAccount):
    """An account as a client sees it: calls, objects, jobs."""

    service = "sagemaker"
    bucket = BUCKET

    def is_unfinished(self, kind: str, name: str) -> bool:
        return self.is_unfinished_arn(self.describe(kind, name)[f"{kind}JobArn"])

    def put(self, key: str, data: bytes | str = b"") -> str:
        body = data.encode() if isinstance(data, str) else data
        self.context.call("s3", "PutObject", Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        return self.object(key)

    def members(self, key: str) -> dict[str, bytes | None]:
        """The files of a tar.gz object."""
        with tarfile.open(fileobj=io.BytesIO(self.get(key))) as archive:
            return {
                one.name: archive.extractfile(one).read() if one.isfile() else None  # type: ignore[union-attr]
                for one in archive
            }

    def source(self, script: str, **more: str) -> str:
        """Upload a sourcedir.tar.gz with train.py; gives its URI."""
        return self.put("code/sourcedir.tar.gz", tar_gz({"train.py": script, **more}))

    @staticmethod
    def channel(name: str, uri: str, **source: Any) -> Shape:
        own = {member: source.pop(member) for member in ("InputMode", "ContentType") if member in source}
        s3 = {"S3DataType": "S3Prefix", "S3Uri": uri, **source}
        return {"ChannelName": name, "DataSource": {"S3DataSource": s3}, **own}

    @staticmethod
    def input(name: str, uri: str, **source: Any) -> Shape:
        local = f"/opt/ml/processing/input/{name}"
        return {"InputName": name, "S3Input": {"S3Uri": uri, "S3DataType": "S3Prefix", "LocalPath": local, **source}}

    @staticmethod
    def output(name: str, **target: Any) -> Shape:
        local = f"/opt/ml/processing/{name}"
        uri = f"s3://{BUCKET}/out/{name}"
        return {
            "OutputName": name,
            "S3Output": {"S3Uri": uri, "LocalPath": local, "S3UploadMode": "EndOfJob", **target},
        }

    def train(self, name: str = "job", **request: Any) -> Shape:
        """Create a training job and wait for its end."""
        self("CreateTrainingJob", **self.training_request(name, **request))
        return self.wait("Training", name)

    def process(self, name: str = "job", **request: Any) -> Shape:
        self("CreateProcessingJob", **self.processing_request(name, **request))
        return self.wait("Processing", name)

    def training_request(self, name: str = "job", script: str = "", run: str = "", **request: Any) -> Shape:
        """A job that trains by `script` (script mode), or runs `run` without the training toolkit."""
        algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
        if script:
            code = {"sagemaker_program": '"train.py"', "sagemaker_submit_directory": json.dumps(self.source(script))}
            request["HyperParameters"] = {**code, **request.get("HyperParameters", {})}
        if run:
            code_channel = self.channel("code", self.put(f"{name}/main.py", run), InputMode="File")
            request["InputDataConfig"] = [code_channel, *request.get("InputDataConfig", ())]
            algorithm["ContainerEntrypoint"] = ["python3", "/opt/ml/input/data/code/main.py"]
        return {
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "AlgorithmSpecification": {**algorithm, **request.pop("AlgorithmSpecification", {})},
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **request,
        }

    def processing_request(self, name: str = "job", run: str = "", **request: Any) -> Shape:
        code = self.input("code", self.put(f"{name}/main.py", run))
        application = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/main.py"]}
        cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
        return {
            "ProcessingJobName": name,
            "RoleArn": ROLE,
            "AppSpecification": {**application, **request.pop("AppSpecification", {})},
            "ProcessingResources": {"ClusterConfig": cluster},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "ProcessingInputs": [code, *request.pop("ProcessingInputs", ())],
            **request,
        }

    def describe(self, kind: str, name: str) -> Shape:
        return self(f"Describe{kind}Job", **{f"{kind}JobName": name})

    def wait(self, kind: str, name: str, until: Callable[[Shape], bool] | None = None) -> Shape:
        while True:
            job = self.describe(kind, name)
            if job[f"{kind}JobStatus"] in FINAL or (until and until(job)):
                return job
            self.wait_for_change()

    def wait_for_log(self, kind: str, name: str, text: str) -> None:
        self.wait_until(lambda: any(text in line for line in self.log(kind, name)))

    def log(self, kind: str, name: str) -> list[str]:
        group = f"/aws/sagemaker/{kind}Jobs"
        try:
            streams = self.context.call(
                "logs", "DescribeLogStreams", logGroupName=group, logStreamNamePrefix=f"{name}/"
            )
        except Refused:
            return []
        return [
            event["message"]
            for stream in streams["logStreams"]
            for event in self.context.call(
                "logs", "GetLogEvents", logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]


def tar_gz(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


MakeAccount = Callable[[], Account]


@pytest.fixture
def make_account(make_baseplate: Callable[..., Baseplate]) -> MakeAccount:
    """A started server; another one later goes on from what the first has left."""

    def make() -> Account:
        owner = Owner()
        made = Account(make_baseplate(owning_makers(owner)), owner)
        made.baseplate.start()
        made.own()
        return made

    return make


@pytest.fixture
def account(make_account: MakeAccount) -> Account:
    """Started, with a bucket."""
    made = make_account()
    made.context.call("s3", "CreateBucket", Bucket=BUCKET)
    return made
