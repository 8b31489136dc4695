"""Transform steps."""

from __future__ import annotations

from brickline.bricks.sagemaker.pipelines.steps.calls import job_step

TRANSFORM = job_step("Transform", "TransformJob", ("DataProcessing", "Environment", "ModelName", "TransformInput"))
