"""Model steps."""

from __future__ import annotations

from brickline.bricks.sagemaker.pipelines.steps.calls import resource_step

MODEL = resource_step("Model", "Model")
