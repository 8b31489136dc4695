"""Processing steps."""

from __future__ import annotations

from brickline.bricks.sagemaker.pipelines.steps.calls import job_step

PROCESSING = job_step("Processing", "ProcessingJob", ("AppSpecification", "Environment", "ProcessingInputs"))
