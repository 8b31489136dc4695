"""Traffic, latency and errors of an endpoint, from CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.console.charts import Chart, Series, draw
from brickline.console.rendering import phrase
from brickline.console.visit import Visit

_NAMESPACE = "AWS/SageMaker"
SPANS = {"15m": (900, 60), "1h": (3600, 60), "6h": (6 * 3600, 300), "24h": (24 * 3600, 900), "7d": (7 * 86400, 3600)}
"""What the page can show: seconds back from now, and seconds that a point stands for."""


@dataclass(frozen=True)
class _Line:
    """A statistic of a metric; `factor` from CloudWatch's unit to the chart's."""

    name: str
    metric: str
    statistic: str
    factor: float = 1.0


@dataclass(frozen=True)
class _Plan:
    title: str
    unit: str
    lines: Sequence[_Line]


_Found = Mapping[str, Sequence[tuple[float, float]]]

PLANS = (
    _Plan("Invocations", "", [_Line("invocations", "Invocations", "Sum")]),
    _Plan(
        "Latency",
        "ms",
        [
            _Line("model, p50", "ModelLatency", "p50", 1e-3),
            _Line("model, p95", "ModelLatency", "p95", 1e-3),
            _Line("overhead, p50", "OverheadLatency", "p50", 1e-3),
        ],
    ),
    _Plan(
        "Errors",
        "",
        [_Line("4XX", "Invocation4XXErrors", "Sum"), _Line("5XX", "Invocation5XXErrors", "Sum")],
    ),
)


def span(visit: Visit) -> str:
    """The span that the address asks for."""
    asked = visit.query.get("span", "")
    return asked if asked in SPANS else "1h"


def charts_of(visit: Visit, endpoint: Shape) -> list[Markup]:
    """A chart each; none where the endpoint was not asked anything in the span."""
    variants = [one["VariantName"] for one in endpoint.get("ProductionVariants", ())]
    found = _read(visit, endpoint["EndpointName"], variants)
    until = clock.now()
    ends = (until - SPANS[span(visit)][0], until)
    charts = [_chart(plan, phrase(visit.language, plan.title), variants, found, ends) for plan in PLANS]
    return [draw(chart) for chart in charts if any(one.points for one in chart.series)]


def _chart(plan: _Plan, title: str, variants: Sequence[str], found: _Found, ends: tuple[float, float]) -> Chart:
    series = [
        Series(f"{variant}: {line.name}" if len(variants) > 1 else line.name, _scaled(found, variant, line))
        for variant in variants
        for line in plan.lines
    ]
    return Chart(title, series, plan.unit, from_zero=True, span=ends)


def _scaled(found: _Found, variant: str, line: _Line) -> list[tuple[float, float]]:
    return [(time, value * line.factor) for time, value in found.get(_label(variant, line), ())]


def _label(variant: str, line: _Line) -> str:
    return f"{variant}/{line.metric}/{line.statistic}"


def _read(visit: Visit, endpoint: str, variants: Sequence[str]) -> _Found:
    """All lines by their labels, in one call."""
    seconds, period = SPANS[span(visit)]
    queries = [
        {"Id": f"q{index}", "Label": _label(variant, line), "MetricStat": _stat(endpoint, variant, line, period)}
        for index, (variant, line) in enumerate(
            (variant, line) for variant in variants for plan in PLANS for line in plan.lines
        )
    ]
    if not queries:
        return {}
    now = clock.now()
    answer = visit.call_if_there(
        "cloudwatch",
        "GetMetricData",
        MetricDataQueries=queries,
        StartTime=now - seconds,
        EndTime=now + period,
        ScanBy="TimestampAscending",
    )
    results = answer["MetricDataResults"] if answer else []
    return {one["Label"]: list(zip(one["Timestamps"], one["Values"], strict=True)) for one in results}


def _stat(endpoint: str, variant: str, line: _Line, period: int) -> Shape:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    metric = {"Namespace": _NAMESPACE, "MetricName": line.metric, "Dimensions": dimensions}
    return {"Metric": metric, "Period": period, "Stat": line.statistic}
