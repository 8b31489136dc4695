"""Metrics of training jobs on their way to CloudWatch."""

from __future__ import annotations

import math

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.metrics import Point
from brickline.bricks.sagemaker.jobs.plan import Plan

_MOST_DATA = 1000
_OLDEST_SECONDS = 13 * 86400
"""CloudWatch takes what is up to two weeks old."""


def put_metrics(context: Context, plan: Plan, points: list[Point]) -> None:
    """Into the namespace that is named as the log group, where SDKs look (`/aws/sagemaker/TrainingJobs`)."""
    if not context.baseplate.has("cloudwatch", "PutMetricData"):
        return
    oldest = clock.now() - _OLDEST_SECONDS
    dimensions = [{"Name": "TrainingJobName", "Value": plan.name}]
    data = [
        {"MetricName": point.name, "Dimensions": dimensions, "Timestamp": point.time, "Value": point.value}
        for point in points
        if math.isfinite(point.value) and point.time > oldest
    ]
    for start in range(0, len(data), _MOST_DATA):
        context.call(
            "cloudwatch", "PutMetricData", Namespace=plan.log_group, MetricData=data[start : start + _MOST_DATA]
        )
