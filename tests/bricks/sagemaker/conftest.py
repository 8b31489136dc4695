"""A started baseplate with a bucket, and jobs that can be waited for as a pipeline waits: by being their owner."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest

from brickline import bricks
from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.resources import Resources, resource_by_arn

BUCKET = "bucket"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
IMAGE = "python:3.11-slim"
FINAL = ("Completed", "Failed", "Stopped")

OWNER = Kind(
    service="toy",
    name="owner",
    name_member="Name",
    arn_member="Arn",
    arn="owner/{name}",
    missing=("Missing", "{name}"),
    taken=("Taken", "{name}"),
)


class Owner:
    """Told of every change of status of what it owns."""

    def __init__(self) -> None:
        self.told: SimpleQueue[str] = SimpleQueue()

    def reconcile(self, resource: Resource) -> None:
        self.told.put(resource.name)

    def fail(self, resource: Resource, error: Exception) -> None:
        raise AssertionError(error)


class Account:
    """An account as a client sees it: calls, objects, jobs."""

    def __init__(self, baseplate: Baseplate, owner: Owner) -> None:
        self.baseplate = baseplate
        self._owner = owner
        self.context: Context = baseplate.context()

    def is_unfinished(self, kind: str, name: str) -> bool:
        found = resource_by_arn(self.baseplate.store, self.describe(kind, name)[f"{kind}JobArn"])
        return found is not None and found.unfinished

    def own(self) -> None:
        owners = Resources(self.baseplate, OWNER)
        resource = owners.find(self.context, "test") or owners.create(self.context, "test", {}, unfinished=True)
        self.context = replace(self.context, owner=resource.id)

    def __call__(self, operation: str, **request: Any) -> Shape:
        return self.context.call("sagemaker", operation, **request)

    def put(self, key: str, data: bytes | str = b"") -> str:
        body = data.encode() if isinstance(data, str) else data
        self.context.call("s3", "PutObject", Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        body = self.context.call("s3", "GetObject", Bucket=BUCKET, Key=key)["Body"]
        data: bytes = body.read()
        body.close()
        return data

    def keys(self, prefix: str = "") -> list[str]:
        found = self.context.call("s3", "ListObjectsV2", Bucket=BUCKET, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents") or ()]

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
            self._owner.told.get(timeout=60)

    def wait_for_log(self, kind: str, name: str, text: str) -> None:
        self.wait_until(lambda: any(text in line for line in self.log(kind, name)))

    @staticmethod
    def wait_until(holds: Callable[[], bool]) -> None:
        """For what wakes nobody: look again."""
        for _ in range(1200):
            if holds():
                return
            time.sleep(0.025)
        raise AssertionError("it did not come to hold in 30 seconds")

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

    def events(self, detail_type: str) -> list[Shape]:
        return [event for event in self.baseplate.bus.events() if event["detail-type"] == detail_type]


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
        makers = {**bricks.makers(), "toy": lambda _: Brick("toy", (), {"toy/owner": owner})}
        made = Account(make_baseplate(makers), owner)
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
