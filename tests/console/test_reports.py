from __future__ import annotations

import pytest

from brickline.console.reports import better, flat


def test_the_numbers_of_a_report_have_plain_names() -> None:
    report = {
        "binary_classification_metrics": {
            "auc": {"value": 0.7, "standard_deviation": "NaN"},
            "confusion_matrix": {"0": {"0": 9, "1": 1}},
        },
        "note": "text",
        "is_final": True,
    }
    assert dict(flat(report)) == {"auc": 0.7, "confusion_matrix.0.0": 9.0, "confusion_matrix.0.1": 1.0}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("auc", 1), ("train:auc", 1), ("validation-rmse", -1), ("log_loss", -1), ("rows", 0), ("f1", 1), ("mse", -1)],
)
def test_what_is_better_is_told_by_the_name(name: str, expected: int) -> None:
    assert better(name) == expected
