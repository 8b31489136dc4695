"""The types of steps, a file each."""

from __future__ import annotations

from collections.abc import Mapping

from brickline.bricks.sagemaker.pipelines.steps.callback import CALLBACK
from brickline.bricks.sagemaker.pipelines.steps.condition import CONDITION
from brickline.bricks.sagemaker.pipelines.steps.endpoint import ENDPOINT, ENDPOINT_CONFIG
from brickline.bricks.sagemaker.pipelines.steps.fail import FAIL
from brickline.bricks.sagemaker.pipelines.steps.lambda_function import LAMBDA
from brickline.bricks.sagemaker.pipelines.steps.model import MODEL
from brickline.bricks.sagemaker.pipelines.steps.processing import PROCESSING
from brickline.bricks.sagemaker.pipelines.steps.register_model import REGISTER_MODEL
from brickline.bricks.sagemaker.pipelines.steps.step_type import StepType
from brickline.bricks.sagemaker.pipelines.steps.training import TRAINING
from brickline.bricks.sagemaker.pipelines.steps.transform import TRANSFORM

_TYPES: tuple[StepType, ...] = (
    TRAINING,
    PROCESSING,
    TRANSFORM,
    MODEL,
    REGISTER_MODEL,
    ENDPOINT_CONFIG,
    ENDPOINT,
    LAMBDA,
    CALLBACK,
    CONDITION,
    FAIL,
)

TYPES: Mapping[str, StepType] = {step_type.name: step_type for step_type in _TYPES}
"""Every type of step that Brickline runs, by the name that definitions have."""

NOT_YET = (
    "Athena",
    "AutoML",
    "BedrockCustomModel",
    "BedrockCustomModelDeployment",
    "BedrockModelImport",
    "BedrockProvisionedModelThroughput",
    "ClarifyCheck",
    "Cleanup",
    "EMR",
    "EMRServerless",
    "ForEach",
    "HubContent",
    "InferenceComponent",
    "Job",
    "Lineage",
    "QualityCheck",
    "Tuning",
)
"""Types of SageMaker that Brickline does not run yet: refused by name when a pipeline is created."""
