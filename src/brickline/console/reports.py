"""The numbers of a model: what the reports that its package names (JSON in S3) say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Shape
from brickline.console.visit import Visit

_LARGEST = 1 << 20
_MOST_METRICS = 200
_LEAVES = ("value", "Value")
_DULL = ("standard_deviation",)
_GROUPS = (
    "binary_classification_metrics",
    "multiclass_classification_metrics",
    "regression_metrics",
    "classification_metrics",
    "metrics",
)
"""Names that only say of what sort the metrics in them are."""

_BETTER_SMALL = ("loss", "error", "rmse", "mse", "mae", "mape", "logloss", "deviance", "perplexity", "latency")
_BETTER_LARGE = ("auc", "accuracy", "precision", "recall", "f1", "r2", "f0_5", "f2", "gini", "ndcg", "map", "score")


def metrics_of(visit: Visit, package: Shape) -> dict[str, float]:
    """The metrics of a model package by name, from its reports; what cannot be read is left out."""
    found: dict[str, float] = {}
    for uri in report_uris(package).values():
        found |= dict(flat(read_json(visit, uri)))
    return dict(list(found.items())[:_MOST_METRICS])


def report_uris(package: Shape) -> dict[str, str]:
    """`ModelQuality.Statistics` and the like, with where they lie."""
    return {
        f"{area}.{name}": report["S3Uri"]
        for area, reports in package.get("ModelMetrics", {}).items()
        for name, report in (reports or {}).items()
        if isinstance(report, dict) and report.get("S3Uri")
    }


def read_json(visit: Visit, uri: str) -> Any:
    """A JSON document in S3; None where there is none, or it is too large to be a report."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    answer = visit.call_if_there("s3", "GetObject", Bucket=bucket, Key=key)
    if answer is None or answer["ContentLength"] > _LARGEST:
        return None
    try:
        return json.loads(text_of(answer["Body"]))
    except ValueError:
        return None


def text_of(body: Body | bytes) -> str:
    data = body if isinstance(body, bytes) else body.read()
    return data.decode("utf-8", "replace")


def flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, float]]:
    """The numbers of a report with their names: `{"metrics": {"auc": {"value": 0.7}}}` has `auc`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _DULL:
                yield from flat(inner, path if name in (*_LEAVES, *_GROUPS) else (*path, str(name)))
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        yield ".".join(path) or "value", float(value)


def better(name: str) -> int:
    """1 where more is better, -1 where less is, 0 where nobody knows; by the metric's name."""
    words = name.lower().replace(":", "_").replace(".", "_").replace("-", "_").split("_")
    if any(word in _BETTER_SMALL for word in words):
        return -1
    return 1 if any(word in _BETTER_LARGE for word in words) else 0
