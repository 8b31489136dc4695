"""SageMaker Metrics: the numbers that experiment runs write."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker_metrics.runs import RunMetrics


def brick(baseplate: Baseplate) -> Brick:
    return Brick("sagemaker-metrics", (RunMetrics(baseplate),))
