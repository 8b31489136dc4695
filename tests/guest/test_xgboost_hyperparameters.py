"""The checks of the built-in XGBoost algorithm's hyperparameters."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.guest.failures import ClientError
from brickline.guest.xgboost_hyperparameters import validated


@pytest.mark.parametrize(
    ("given", "parsed"),
    [
        ({"num_round": "10"}, {"num_round": 10}),
        ({"num_round": 10, "eta": "0.2", "max_depth": "5"}, {"num_round": 10, "eta": 0.2, "max_depth": 5}),
        ({"num_round": "1", "learning_rate": "1", "reg_alpha": "2"}, {"num_round": 1, "eta": 1.0, "alpha": 2.0}),
        (
            {"num_round": "1", "objective": "binary:logistic", "eval_metric": "auc, error@0.7"},
            {"num_round": 1, "objective": "binary:logistic", "eval_metric": ["auc", "error@0.7"]},
        ),
        ({"num_round": "1", "updater": "grow_colmaker,prune"}, {"num_round": 1, "updater": ["grow_colmaker", "prune"]}),
        (
            {"num_round": "1", "tree_method": "hist", "monotone_constraints": "(1,-1)"},
            {"num_round": 1, "tree_method": "hist", "monotone_constraints": "(1,-1)"},
        ),
    ],
)
def test_well_formed_hyperparameters_are_parsed(given: dict[str, Any], parsed: dict[str, Any]) -> None:
    assert validated(given) == parsed


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"eta": "1"}, "Missing required hyperparameter: num_round"),
        ({"num_round": "0"}, r"Hyperparameter num_round: value 0 not in range \[1, inf\)"),
        ({"num_round": "1.5"}, "Hyperparameter num_round: could not parse value '1.5'"),
        ({"num_round": "1", "eta": "2"}, r"Hyperparameter eta: value 2 not in range \[0, 1\]"),
        ({"num_round": "1", "subsample": "0"}, r"Hyperparameter subsample: value 0 not in range \(0, 1\]"),
        ({"num_round": "1", "objective": "binary"}, "Hyperparameter objective: value binary not in range binary:hinge"),
        ({"num_round": "1", "eval_metric": "auk"}, "Hyperparameter eval_metric: value auk not in range accuracy, auc"),
        ({"num_round": "1", "trees": "3"}, "Extraneous hyperparameter found: trees"),
        ({"num_round": "1", "objective": "multi:softmax"}, "Require input for parameter 'num_class'"),
        ({"num_round": "1", "eval_metric": "auc"}, "Metric 'auc' can only be applied for classification"),
        ({"num_round": "1", "monotone_constraints": "(1)"}, "monotone_constraints can be used only when"),
        ({"num_round": "1", "interaction_constraints": "[[0,"}, "interaction_constraints: could not parse value"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        validated(given)
