"""Hyperparameters of the built-in XGBoost algorithm, checked as Amazon's container checks them. Pure.

Names, ranges and dependencies: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .failures import ClientError

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision",
    "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)  # fmt: skip
_WITH_THRESHOLD = ("error", "ndcg", "map")

_OBJECTIVES = (
    "binary:hinge", "binary:logistic", "binary:logitraw", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:map", "rank:ndcg", "rank:pairwise", "reg:absoluteerror", "reg:gamma", "reg:linear", "reg:logistic",
    "reg:pseudohubererror", "reg:squarederror", "reg:squaredlogerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
_UPDATERS = (
    "grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_skmaker", "grow_quantile_histmaker",
    "sync", "refresh", "prune", "shotgun", "coord_descent",
)  # fmt: skip

_ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}

if TYPE_CHECKING:
    Parser = Callable[[str], Any]


def _number(
    kind: Callable[[str], float], least: float | None = None, most: float | None = None, *, open_least: bool = False,
    open_most: bool = False,
) -> Parser:  # fmt: skip
    """A parser of numbers from `least` to `most`, both included unless said otherwise."""

    def parse(text: str) -> float:
        value = kind(text)
        too_low = least is not None and (value <= least if open_least else value < least)
        too_high = most is not None and (value >= most if open_most else value > most)
        if too_low or too_high:
            raise OutOfRange(_interval(least, most, open_least, open_most))
        return value

    return parse


def _interval(least: float | None, most: float | None, open_least: bool, open_most: bool) -> str:
    left = "(-inf" if least is None else f"{'(' if open_least else '['}{least}"
    right = "inf)" if most is None else f"{most}{')' if open_most else ']'}"
    return f"{left}, {right}"


def _one_of(*choices: str) -> Parser:
    def parse(text: str) -> str:
        if text not in choices:
            raise OutOfRange(", ".join(choices))
        return text

    return parse


def _list_of(element: Parser) -> Parser:
    def parse(text: str) -> list[Any]:
        return [element(part.strip()) for part in text.split(",")]

    return parse


def _metric(text: str) -> str:
    name, separator, threshold = text.partition("@")
    if separator and name in _WITH_THRESHOLD:
        float(threshold.rstrip("-"))
        return text
    return _one_of(*MAXIMIZED, *MINIMIZED)(text)  # type: ignore[no-any-return]


def _signs(text: str) -> str:
    """`(1,0,-1)`, as XGBoost reads it itself."""
    if any(part.strip() not in ("-1", "0", "1") for part in text.strip("()[] ").split(",")):
        raise OutOfRange("-1, 0, 1")
    return text


def _nested_lists(text: str) -> str:
    groups = json.loads(text)
    if not all(isinstance(group, list) and all(isinstance(index, int) for index in group) for group in groups):
        raise ValueError(text)
    return text


_FLAG = _number(int, 0, 1)
_SHARE = _number(float, 0, 1)
_SHARE_ABOVE_ZERO = _number(float, 0, 1, open_least=True)
_FROM_ZERO = _number(float, 0)

_TUNABLE = [f"{part}:{name}" for part in ("validation", "train") for name in (*MAXIMIZED, *MINIMIZED)]

_PARSERS: dict[str, Parser] = {
    "num_round": _number(int, 1),
    "csv_weights": _FLAG,
    "early_stopping_rounds": _number(int, 1),
    "booster": _one_of("gbtree", "gblinear", "dart"),
    "verbosity": _number(int, 0, 3),
    "silent": _FLAG,
    "nthread": _number(int, 1),
    "eta": _SHARE,
    "gamma": _FROM_ZERO,
    "max_depth": _number(int, 0),
    "min_child_weight": _FROM_ZERO,
    "max_delta_step": _FROM_ZERO,
    "subsample": _SHARE_ABOVE_ZERO,
    "sampling_method": _one_of("uniform", "gradient_based"),
    "colsample_bytree": _SHARE_ABOVE_ZERO,
    "colsample_bylevel": _SHARE_ABOVE_ZERO,
    "colsample_bynode": _SHARE_ABOVE_ZERO,
    "lambda": _FROM_ZERO,
    "alpha": _FROM_ZERO,
    "tree_method": _one_of("auto", "exact", "approx", "hist", "gpu_hist"),
    "sketch_eps": _number(float, 0, 1, open_least=True, open_most=True),
    "scale_pos_weight": _number(float, 0, open_least=True),
    "updater": _list_of(_one_of(*_UPDATERS)),
    "dsplit": _one_of("row", "col"),
    "refresh_leaf": _FLAG,
    "process_type": _one_of("default", "update"),
    "grow_policy": _one_of("depthwise", "lossguide"),
    "max_leaves": _number(int, 0),
    "max_bin": _number(int, 0),
    "predictor": _one_of("auto", "cpu_predictor", "gpu_predictor"),
    "monotone_constraints": _signs,
    "interaction_constraints": _nested_lists,
    "sample_type": _one_of("uniform", "weighted"),
    "normalize_type": _one_of("tree", "forest"),
    "rate_drop": _SHARE,
    "one_drop": _FLAG,
    "skip_drop": _SHARE,
    "lambda_bias": _SHARE,
    "tweedie_variance_power": _number(float, 1, 2, open_least=True, open_most=True),
    "objective": _one_of(*_OBJECTIVES),
    "num_class": _number(int, 2),
    "base_score": _FROM_ZERO,
    "_kfold": _number(int, 2),
    "_num_cv_round": _number(int, 1),
    "_tuning_objective_metric": _one_of(*_TUNABLE),
    "eval_metric": _list_of(_metric),
    "seed": _number(int, -(2**31), 2**31 - 1, open_least=True, open_most=True),
    "num_parallel_tree": _number(int, 1),
    "save_model_on_termination": _one_of("true", "false"),
    "aft_loss_distribution": _one_of("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _number(float, 0, open_least=True),
    "deterministic_histogram": _one_of("true", "false"),
    "use_dask_gpu_training": _one_of("true", "false"),
}


class OutOfRange(ValueError):
    """A value that is well-formed and not allowed; the text is what would be."""


def validated(given: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as numbers, texts and lists. Raises ClientError that names the one that is wrong."""
    named = {_ALIASES.get(name, name): str(value) for name, value in given.items()}
    if "num_round" not in named:
        raise ClientError("ClientError: Missing required hyperparameter: num_round")
    parsed = {name: _parsed(name, text) for name, text in named.items()}
    _check_dependencies(parsed)
    return parsed


def _parsed(name: str, text: str) -> Any:
    parser = _PARSERS.get(name)
    if parser is None:
        raise ClientError(f"ClientError: Extraneous hyperparameter found: {name}")
    try:
        return parser(text)
    except OutOfRange as error:
        raise ClientError(f"ClientError: Hyperparameter {name}: value {text} not in range {error}") from error
    except ValueError as error:
        raise ClientError(f"ClientError: Hyperparameter {name}: could not parse value {text!r}") from error


def _check_dependencies(parsed: Mapping[str, Any]) -> None:
    objective = parsed.get("objective", "reg:squarederror")
    metrics = parsed.get("eval_metric", [])
    tree_method = parsed.get("tree_method")
    rules = (
        (
            objective in ("multi:softmax", "multi:softprob") and "num_class" not in parsed,
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            "auc" in metrics and not objective.startswith(("binary:", "rank:", "multi:")),
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        (
            "aft-nloglik" in metrics and objective != "survival:aft",
            "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.",
        ),
        (
            "monotone_constraints" in parsed and tree_method not in ("exact", "hist"),
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        (
            "interaction_constraints" in parsed and tree_method not in ("exact", "hist", "approx"),
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' "
            "or 'approx'.",
        ),
        (
            parsed.get("use_dask_gpu_training") == "true",
            "use_dask_gpu_training asks for GPUs, which this environment does not have",
        ),
    )
    for is_broken, message in rules:
        if is_broken:
            raise ClientError(f"ClientError: {message}")
