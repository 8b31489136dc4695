"""Metrics that a job of a built-in algorithm has without asking for them. Pure."""

from __future__ import annotations

from brickline.baseplate.brick import Shape

_XGBOOST = (
    "accuracy",
    "auc",
    "aucpr",
    "error",
    "f1",
    "logloss",
    "mae",
    "map",
    "mape",
    "merror",
    "mlogloss",
    "mse",
    "ndcg",
    "r2",
    "rmse",
)
_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"


def metric_definitions(framework: str, request: Shape) -> list[Shape]:
    """What AWS adds to a training request of a built-in algorithm; nothing for code of the user's own."""
    is_own_code = "sagemaker_program" in request.get("HyperParameters", {})
    algorithm = request["AlgorithmSpecification"]
    if framework != "xgboost" or is_own_code or "ContainerEntrypoint" in algorithm or "MetricDefinitions" in algorithm:
        return []
    return [
        {"Name": f"{part}:{metric}", "Regex": rf".*\[[0-9]+\].*#011{part}-{metric}:{_NUMBER}.*"}
        for part in ("train", "validation")
        for metric in _XGBOOST
    ]
