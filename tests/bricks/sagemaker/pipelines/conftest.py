"""A baseplate whose jobs, functions and queues do what a test says, and pipelines that can be waited for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest
from tests.accounts import OWNER, Owner
from tests.bricks.sagemaker.pipelines.builders import ROLE

from brickline import bricks
from brickline.baseplate import naming
from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds, pipelines
from brickline.bricks.sagemaker.experiments.experiments import Experiments
from brickline.bricks.sagemaker.experiments.trials import Trials
from brickline.bricks.sagemaker.models import Models
from brickline.bricks.sagemaker.registry.groups import ModelPackageGroups
from brickline.bricks.sagemaker.registry.packages import ModelPackages
from brickline.bricks.sagemaker.tags import Tags

RUNNING = ("Executing", "Stopping")
WAIT = 20.0


class Jobs:
    """Training and processing jobs that end when a test ends them. `refusals` are for the next that are created."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._kinds = {"Training": kinds.TRAINING_JOB, "Processing": kinds.PROCESSING_JOB}
        self.resources = {noun: Resources(baseplate, kind) for noun, kind in self._kinds.items()}
        self.created: SimpleQueue[str] = SimpleQueue()
        self.stopped: SimpleQueue[str] = SimpleQueue()
        self.refusals: list[Exception] = []
        self.status_of_new = "InProgress"
        self._baseplate = baseplate

    def create_training_job(self, context: Context, request: Shape) -> Shape:
        return self._create(context, "Training", request)

    def describe_training_job(self, context: Context, request: Shape) -> Shape:
        return self.resources["Training"].get(context, request["TrainingJobName"]).document

    def stop_training_job(self, context: Context, request: Shape) -> Shape:
        return self._stop(context, "Training", request["TrainingJobName"])

    def create_processing_job(self, context: Context, request: Shape) -> Shape:
        return self._create(context, "Processing", request)

    def describe_processing_job(self, context: Context, request: Shape) -> Shape:
        return self.resources["Processing"].get(context, request["ProcessingJobName"]).document

    def stop_processing_job(self, context: Context, request: Shape) -> Shape:
        return self._stop(context, "Processing", request["ProcessingJobName"])

    def _create(self, context: Context, noun: str, request: Shape) -> Shape:
        name = request[f"{noun}JobName"]
        job = self.resources[noun].create(context, name, {**request, f"{noun}JobStatus": self.status_of_new})
        if self.refusals:
            raise self.refusals.pop(0)
        self._baseplate.store.after_commit(lambda: self.created.put(name))
        return {f"{noun}JobArn": job.arn}

    def _stop(self, context: Context, noun: str, name: str) -> Shape:
        with self.resources[noun].change(context, name) as job:
            job.document[f"{noun}JobStatus"] = "Stopping"
        self.stopped.put(name)
        return {}


class Functions:
    """The Lambda service: what a function answers, and whether it is let go."""

    def __init__(self) -> None:
        self.answer: Callable[[Shape], Shape] = lambda event: event
        self.invoked: SimpleQueue[Shape] = SimpleQueue()
        self.may_end = threading.Event()
        self.may_end.set()

    def invoke(self, context: Context, request: Shape) -> Shape:
        event = json.loads(request["Payload"])
        self.invoked.put(event)
        assert self.may_end.wait(WAIT)
        return {"StatusCode": 200, **self.answer(event)}


class Queues:
    """The SQS service: what was sent, once that is committed."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[Shape] = SimpleQueue()

    def send_message(self, context: Context, request: Shape) -> Shape:
        message = {"url": request["QueueUrl"], **json.loads(request["MessageBody"])}
        context.baseplate.store.after_commit(lambda: self.messages.put(message))
        return {}


class World:
    """An account as a client sees it."""

    def __init__(self, baseplate: Baseplate, owner: Owner, functions: Functions, queues: Queues) -> None:
        self.baseplate, self._owner = baseplate, owner
        self.functions, self.queues = functions, queues
        self.context = baseplate.context()
        owned = Resources(baseplate, OWNER)
        known = owned.find(self.context, "test") or owned.create(self.context, "test", {}, unfinished=True)
        self.context = replace(self.context, owner=known.id)

    @property
    def jobs(self) -> Jobs:
        brick = self.baseplate.brick("sagemaker")
        assert brick is not None
        return next(part for part in brick.parts if isinstance(part, Jobs))

    def __call__(self, operation: str, **request: Any) -> Shape:
        return self.context.call("sagemaker", operation, **request)

    def put(self, key: str, document: Any) -> str:
        self.context.call("s3", "PutObject", Bucket="bucket", Key=key, Body=json.dumps(document).encode())
        return f"s3://bucket/{key}"

    def create(self, text: str, name: str = "p", **request: Any) -> Shape:
        definition = {} if "PipelineDefinitionS3Location" in request else {"PipelineDefinition": text}
        return self(
            "CreatePipeline",
            **{"PipelineName": name, "RoleArn": ROLE, "ClientRequestToken": self.token(), **definition, **request},
        )

    def start(self, name: str = "p", given: dict[str, str] | None = None, **request: Any) -> str:
        parameters = [{"Name": key, "Value": value} for key, value in (given or {}).items()]
        answer = self(
            "StartPipelineExecution",
            **{"PipelineName": name, "PipelineParameters": parameters, "ClientRequestToken": self.token(), **request},
        )
        return str(answer["PipelineExecutionArn"])

    def run(self, text: str, **request: Any) -> Shape:
        """Create a pipeline, start it and wait for its end."""
        self.create(text)
        return self.wait(self.start(**request))

    def wait(self, arn: str, status: str = "") -> Shape:
        """The execution once it is over, or has `status`."""
        while True:
            execution = self("DescribePipelineExecution", PipelineExecutionArn=arn)
            now = execution["PipelineExecutionStatus"]
            if now == status or (not status and now not in RUNNING):
                return execution
            self._owner.told.get(timeout=WAIT)

    def retry(self, arn: str) -> None:
        self("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=self.token())

    def stop(self, arn: str) -> None:
        self("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=self.token())

    def job(self) -> str:
        """The name of the next job that is created."""
        return self.jobs.created.get(timeout=WAIT)

    def finish(self, name: str, status: str = "Completed", **document: Any) -> None:
        """End a job."""
        for noun, jobs in self.jobs.resources.items():
            if jobs.exists(self.context, name):
                with jobs.change(self.context, name) as job:
                    job.document |= {f"{noun}JobStatus": status, **document}
                return
        raise AssertionError(f"there is no job {name}")

    def train(self, uri: str = "s3://bucket/model.tar.gz") -> str:
        """The next job ends, with a model."""
        name = self.job()
        self.finish(name, ModelArtifacts={"S3ModelArtifacts": uri})
        return name

    def steps(self, arn: str) -> dict[str, Shape]:
        """As listed: newest first."""
        listed = self("ListPipelineExecutionSteps", PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return {step["StepName"]: step for step in listed}

    def statuses(self, arn: str) -> dict[str, str]:
        """Oldest first."""
        return {name: step["StepStatus"] for name, step in reversed(self.steps(arn).items())}

    def events(self, detail_type: str) -> list[Shape]:
        return [event for event in self.baseplate.bus.events() if event["detail-type"].endswith(detail_type)]

    def log(self, execution_id: str, pipeline: str = "p") -> list[str]:
        place = {"logGroupName": "/aws/sagemaker/Pipelines", "logStreamName": f"{pipeline}/{execution_id}"}
        return [event["message"] for event in self.context.call("logs", "GetLogEvents", **place)["events"]]

    @staticmethod
    def token() -> str:
        """A ClientRequestToken that was not used before."""
        return naming.unique_id()


@pytest.fixture
def new_world(make_baseplate: Callable[..., Baseplate]) -> Callable[[], World]:
    """A server on the test's data folder, not started yet; further ones are what is there after a restart."""

    def make() -> World:
        owner, functions, queues = Owner(), Functions(), Queues()
        known = bricks.makers()
        baseplate = make_baseplate(
            {
                "iam": known["iam"],
                "logs": known["logs"],
                "s3": known["s3"],
                "toy": lambda _: Brick("toy", (), {"toy/owner": owner}),
                "lambda": lambda _: Brick("lambda", (functions,)),
                "sqs": lambda _: Brick("sqs", (queues,)),
                "sagemaker": _sagemaker,
            }
        )
        return World(baseplate, owner, functions, queues)

    return make


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    made = new_world()
    made.baseplate.start()
    made.context.call("s3", "CreateBucket", Bucket="bucket")
    return made


def _sagemaker(baseplate: Baseplate) -> Brick:
    parts = (
        Jobs(baseplate),
        Models(baseplate),
        ModelPackageGroups(baseplate),
        ModelPackages(baseplate),
        Experiments(baseplate),
        Trials(baseplate),
        Tags(baseplate),
        *pipelines.parts(baseplate),
    )
    return Brick("sagemaker", parts, pipelines.controllers(baseplate))
