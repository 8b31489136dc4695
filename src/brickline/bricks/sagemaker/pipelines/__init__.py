"""SageMaker Pipelines: definitions, their executions, and the steps that these run."""

from __future__ import annotations

from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.pipelines import kinds, target
from brickline.bricks.sagemaker.pipelines.callbacks import Callbacks
from brickline.bricks.sagemaker.pipelines.controller import ExecutionController
from brickline.bricks.sagemaker.pipelines.executions import PipelineExecutions
from brickline.bricks.sagemaker.pipelines.pipelines import Pipelines
from brickline.bricks.sagemaker.pipelines.versions import PipelineVersions

TARGETS = {"pipeline/": target.start}
"""What events and schedules can start."""


def parts(baseplate: Baseplate) -> tuple[object, ...]:
    """The operations of pipelines, for the SageMaker brick."""
    return Pipelines(baseplate), PipelineVersions(baseplate), PipelineExecutions(baseplate), Callbacks(baseplate)


def controllers(baseplate: Baseplate) -> dict[str, Controller]:
    """What drives executions, for the SageMaker brick."""
    return {kinds.EXECUTION.key: ExecutionController(baseplate)}
