"""Training steps; `@step` functions and repacking are training steps too."""

from __future__ import annotations

from brickline.bricks.sagemaker.pipelines.steps.calls import job_step

TRAINING = job_step(
    "Training",
    "TrainingJob",
    cache_attributes=(
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
)
