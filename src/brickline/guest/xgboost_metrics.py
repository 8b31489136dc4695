"""Metrics that Amazon's XGBoost container has beyond those of XGBoost itself, computed with scikit-learn."""

from __future__ import annotations

from typing import Any

from .libraries import library

_OF_CLASSES: dict[str, tuple[str, dict[str, str]]] = {
    "accuracy": ("accuracy_score", {}),
    "balanced_accuracy": ("balanced_accuracy_score", {}),
    "f1": ("f1_score", {"average": "macro"}),
    "f1_binary": ("f1_score", {"average": "binary"}),
    "f1_macro": ("f1_score", {"average": "macro"}),
    "precision": ("precision_score", {"average": "binary"}),
    "precision_macro": ("precision_score", {"average": "macro"}),
    "precision_micro": ("precision_score", {"average": "micro"}),
    "recall": ("recall_score", {"average": "binary"}),
    "recall_macro": ("recall_score", {"average": "macro"}),
    "recall_micro": ("recall_score", {"average": "micro"}),
}
_OF_VALUES = {"mse": "mean_squared_error", "r2": "r2_score"}


def is_custom(name: str) -> bool:
    return name in _OF_CLASSES or name in _OF_VALUES


def measured(name: str, labels: Any, predictions: Any, objective: str) -> float:
    """The metric `name` of what a model with this objective predicts."""
    metrics = library("sklearn.metrics")
    if name in _OF_VALUES:
        return float(getattr(metrics, _OF_VALUES[name])(labels, predictions))
    function, options = _OF_CLASSES[name]
    return float(getattr(metrics, function)(labels, _classes(predictions, objective), **options))


def _classes(predictions: Any, objective: str) -> Any:
    """Predicted classes: as they come, the likeliest of several, or those beyond the middle of the scale."""
    if objective == "multi:softmax":
        return predictions
    if predictions.ndim > 1:
        return predictions.argmax(axis=1)
    return (predictions > (0 if objective == "binary:logitraw" else 0.5)).astype(int)
