"""CloudWatch metrics: numbers over time, added up by the minute (by the second, where that is asked for)."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.cloudwatch.listing import ListMetrics
from brickline.bricks.cloudwatch.put_data import PutMetricData
from brickline.bricks.cloudwatch.reading import GetMetricData, GetMetricStatistics
from brickline.bricks.cloudwatch.series import SeriesStore


def brick(baseplate: Baseplate) -> Brick:
    series = SeriesStore(baseplate.store)
    return Brick(
        "cloudwatch", (PutMetricData(series), GetMetricStatistics(series), GetMetricData(series), ListMetrics(series))
    )
