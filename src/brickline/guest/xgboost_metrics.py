"""Metrics that Amazon's XGBoost container has beyond those of XGBoost itself, computed with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Evaluation = Callable[[Any, Any], "list[tuple[str, float]]"]


def _of_classes(name: str, **options: Any) -> Callable[[Any, Any], float]:
    def measure(labels: Any, predictions: Any) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, name)(labels, _classes(predictions), **options))

    return measure


def _of_values(name: str) -> Callable[[Any, Any], float]:
    def measure(labels: Any, predictions: Any) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, name)(labels, predictions))

    return measure


def _classes(predictions: Any) -> Any:
    """Predicted classes: the likeliest of several, or those above one half."""
    return predictions.argmax(axis=1) if predictions.ndim > 1 else (predictions > 0.5).astype(int)


CUSTOM: dict[str, Callable[[Any, Any], float]] = {
    "accuracy": _of_classes("accuracy_score"),
    "balanced_accuracy": _of_classes("balanced_accuracy_score"),
    "f1": _of_classes("f1_score", average="macro"),
    "f1_binary": _of_classes("f1_score", average="binary"),
    "f1_macro": _of_classes("f1_score", average="macro"),
    "precision": _of_classes("precision_score"),
    "precision_macro": _of_classes("precision_score", average="macro"),
    "precision_micro": _of_classes("precision_score", average="micro"),
    "recall": _of_classes("recall_score"),
    "recall_macro": _of_classes("recall_score", average="macro"),
    "recall_micro": _of_classes("recall_score", average="micro"),
    "mse": _of_values("mean_squared_error"),
    "r2": _of_values("r2_score"),
}


def evaluation(names: list[str]) -> Evaluation | None:
    """A function for XGBoost that measures those of `names` that XGBoost does not know; None where it knows all."""
    measures = [(name, CUSTOM[name]) for name in names if name in CUSTOM]
    if not measures:
        return None
    return lambda predictions, data: [(name, measure(data.get_label(), predictions)) for name, measure in measures]
