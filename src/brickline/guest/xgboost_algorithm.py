"""The built-in XGBoost algorithm: trains on the channels `train` and `validation` without any code of the user.

Writes /opt/ml/model/xgboost-model (with `_kfold`, one model per fold: xgboost-model-0, ...), a line with the metrics of
each round to stdout, and the reason of a failure to /opt/ml/output/failure.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not __package__:
    sys.path[0] = str(Path(__file__).absolute().parent.parent)
    __package__ = "guest"

from .failures import ClientError, write_failure, write_success
from .libraries import library
from .training_environment import Folders, TrainingEnvironment, read_json
from .xgboost_data import format_of, matrix
from .xgboost_hyperparameters import MAXIMIZED, validated
from .xgboost_metrics import is_custom, measured

if TYPE_CHECKING:
    AfterRound = Callable[[Any, int, dict[str, Any]], None]

_MODEL = "xgboost-model"
_CHECKPOINT = "xgboost-checkpoint"
_CHECKPOINTS_KEPT = 5
_NOT_XGBOOSTS = (
    "num_round", "csv_weights", "early_stopping_rounds", "_kfold", "_num_cv_round", "_tuning_objective_metric",
    "save_model_on_termination", "eval_metric", "use_dask_gpu_training",
)  # fmt: skip
"""Hyperparameters of the container rather than of the library."""

_logger = logging.getLogger("sagemaker-xgboost")


def main() -> int:
    """Trains and returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="[%(asctime)s:%(levelname)s] %(message)s", stream=sys.stdout)
    folders = Folders.of_this_job()
    try:
        Training(TrainingEnvironment(folders, os.environ)).run()
    except ClientError as error:
        _logger.error("%s", error)  # noqa: TRY400 - the text is the whole explanation
        write_failure(folders, str(error))
        return 1
    except Exception as error:
        text = f"Framework Error: \n{traceback.format_exc()}\n{error}"
        _logger.error("%s", text)  # noqa: TRY400 - the text has the traceback
        write_failure(folders, text)
        return 1
    write_success(folders)
    return 0


class Training:
    """One job of the algorithm, checked as soon as it is made. Raises ClientError."""

    def __init__(self, environment: TrainingEnvironment) -> None:
        given = read_json(environment.folders.config / "hyperparameters.json")
        self._given = validated({name: value for name, value in given.items() if not name.startswith("sagemaker_")})
        self._folders = environment.folders
        self._metrics = _metric_names(self._given)
        self._parameters = self._library_parameters()
        if "train" not in environment.channels:
            raise ClientError("ClientError: Missing required channel: train")
        if unknown := sorted(set(environment.channels) - {"train", "validation", "code"}):
            raise ClientError(f"ClientError: Extraneous channel found: {unknown[0]}; known are train, validation, code")
        if len(environment.hosts) > 1:
            raise ClientError(
                "ClientError: the built-in XGBoost algorithm trains on one host here; set instance count 1"
            )
        self._channels: list[str] = [name for name in ("train", "validation") if name in environment.channels]
        self._formats = {name: format_of(environment.channels[name], name) for name in self._channels}

    def run(self) -> None:
        """Train and save. Raises ClientError."""
        self._folders.model.mkdir(parents=True, exist_ok=True)
        if "_kfold" in self._given:
            self._cross_validate()
            return
        matrices = {name: self._matrix([name]) for name in self._channels}
        for name, data in matrices.items():
            _logger.info("%s matrix has %d rows and %d columns", name, data.num_row(), data.num_col())
        booster = self._trained(matrices, {}, self._checkpoints())
        booster.save_model(str(self._folders.model / _MODEL))

    def _matrix(self, channels: list[str]) -> Any:
        folders = [self._folders.data / name for name in channels]
        data = matrix(folders, self._formats[channels[0]], self._given.get("csv_weights") == 1)
        if data is None:
            raise ClientError(f"ClientError: No data in {channels[0]} channel path {folders[0]}")
        return data

    def _library_parameters(self) -> dict[str, Any]:
        parameters = {name: value for name, value in self._given.items() if name not in _NOT_XGBOOSTS}
        if "updater" in parameters:
            parameters["updater"] = ",".join(parameters["updater"])
        if own := [name for name in self._metrics if not is_custom(name)]:
            parameters["eval_metric"] = own
        elif self._metrics:
            parameters["disable_default_eval_metric"] = 1
        return parameters

    def _trained(self, matrices: dict[str, Any], results: dict[str, Any], checkpoints: Checkpoints | None) -> Any:
        xgboost = library("xgboost")

        rounds = self._given["num_round"]
        done, model = checkpoints.latest() if checkpoints else (0, None)
        if model:
            _logger.info("Checkpoint loaded from %s, resuming from iteration %d", model, done)
        try:
            return xgboost.train(
                self._parameters,
                matrices["train"],
                num_boost_round=max(rounds - done, 0),
                evals=[(data, name) for name, data in matrices.items()],
                evals_result=results,
                verbose_eval=False,
                callbacks=[self._callback(matrices, done, checkpoints)],
                xgb_model=str(model) if model else None,
            )
        except xgboost.core.XGBoostError as error:
            raise ClientError(f"ClientError: XGB train call failed with exception:\n {error}") from error

    def _callback(self, matrices: dict[str, Any], done: int, checkpoints: Checkpoints | None) -> Any:
        """What is done after each round, in this order."""
        stop = Stop(self._folders.model if self._given.get("save_model_on_termination") == "true" else None)

        def after_round(model: Any, epoch: int, log: dict[str, Any]) -> None:
            self._measure(model, matrices, log)
            print_round(epoch + done, log)
            if checkpoints:
                checkpoints.save(model, epoch + done)
            stop.obey(model)

        return _as_callback(after_round, self._early_stopping(list(matrices)[-1]))

    def _early_stopping(self, watched: str) -> Any:
        """XGBoost's own callback for it, on the last metric of the last matrix; None where it is not asked for."""
        if "early_stopping_rounds" not in self._given:
            return None
        name = self._metrics[-1] if self._metrics else None
        return library("xgboost").callback.EarlyStopping(
            rounds=self._given["early_stopping_rounds"],
            metric_name=name,
            data_name=watched,
            maximize=name.split("@")[0] in MAXIMIZED if name else None,
            save_best=True,
        )

    def _measure(self, model: Any, matrices: dict[str, Any], log: dict[str, Any]) -> None:
        """Add the metrics that XGBoost does not know to its own log, where early stopping finds them too."""
        # Not through XGBoost's `feval` or `custom_metric`: its versions differ in what predictions these are given.
        objective = self._given.get("objective", "")
        for part, data in matrices.items():
            for name in filter(is_custom, self._metrics):
                value = measured(name, data.get_label(), model.predict(data), objective)
                log.setdefault(part, {}).setdefault(name, []).append(value)

    def _checkpoints(self) -> Checkpoints | None:
        path = self._folders.config / "checkpointconfig.json"
        folder = read_json(path).get("LocalPath") if path.exists() else None
        return Checkpoints(Path(folder)) if folder else None

    def _cross_validate(self) -> None:
        """Train one model per fold (of train and validation data together), and print the mean of their metrics."""
        data = self._matrix(self._channels)
        last: list[dict[str, Any]] = []
        for number, (train, validation) in enumerate(self._folds(data)):
            _logger.info("Fold %d: %d rows for training, %d for validation", number, len(train), len(validation))
            results: dict[str, Any] = {}
            matrices = {"train": data.slice(train), "validation": data.slice(validation)}
            booster = self._trained(matrices, results, None)
            booster.save_model(str(self._folders.model / f"{_MODEL}-{number}"))
            last.append(results)
        print_means(self._given["num_round"], last)

    def _folds(self, data: Any) -> Iterator[Any]:
        selection = library("sklearn.model_selection")
        is_classification = self._given.get("objective", "").startswith(("binary:", "multi:"))
        splitter = (selection.RepeatedStratifiedKFold if is_classification else selection.RepeatedKFold)(
            n_splits=self._given["_kfold"],
            n_repeats=self._given.get("_num_cv_round", 1),
            random_state=self._given.get("seed"),
        )
        folds: Iterator[Any] = splitter.split(data.get_label(), data.get_label())
        return folds


class Checkpoints:
    """Models of the last rounds in the folder that the platform keeps in step with S3."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def latest(self) -> tuple[int, Path | None]:
        """How many rounds are done already, and the model after them."""
        rounds = self._rounds()
        return (rounds[-1] + 1, self._path(rounds[-1])) if rounds else (0, None)

    def save(self, model: Any, finished_round: int) -> None:
        # Without the `.` of a suffix a half-written file is no checkpoint, to us and to the platform alike.
        partial = self._folder / f".{_CHECKPOINT}-partial"
        model.save_model(str(partial))
        partial.replace(self._path(finished_round))
        for old in self._rounds()[:-_CHECKPOINTS_KEPT]:
            self._path(old).unlink()

    def _rounds(self) -> list[int]:
        suffixes = (path.name.rpartition(".")[2] for path in self._folder.glob(f"{_CHECKPOINT}.*"))
        return sorted(int(suffix) for suffix in suffixes if suffix.isdigit())

    def _path(self, finished_round: int) -> Path:
        return self._folder / f"{_CHECKPOINT}.{finished_round}"


class Stop:
    """SIGTERM ends training: at once, or after the round at hand where the model shall be saved in `folder`."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._is_asked_for = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        if self._folder is None:
            sys.exit(0)
        self._is_asked_for = True

    def obey(self, model: Any) -> None:
        if self._is_asked_for and self._folder:
            model.save_model(str(self._folder / _MODEL))
            sys.exit(0)


def print_round(number: int, log: dict[str, Any]) -> None:
    """`[3]<tab>train-auc:0.91000<tab>validation-auc:0.87000`: the algorithm's metric definitions look for that."""
    values = [f"{part}-{name}:{series[-1]:.5f}" for part, metrics in log.items() for name, series in metrics.items()]
    print("\t".join([f"[{number}]", *values]), flush=True)


def print_means(rounds: int, folds: list[dict[str, Any]]) -> None:
    """The line of a cross-validation: as that of a round, with the folds' last metrics averaged."""
    means = {
        part: {name: [sum(fold[part][name][-1] for fold in folds) / len(folds)] for name in folds[0][part]}
        for part in folds[0]
    }
    print_round(rounds, means)


def _metric_names(given: dict[str, Any]) -> list[str]:
    """The metrics to measure; the last one decides about early stopping, and is the tuning job's where there is one."""
    tuned = given.get("_tuning_objective_metric", "").partition(":")[2]
    named = [name for name in given.get("eval_metric", []) if name != tuned]
    return [*named, tuned] if tuned else named


def _as_callback(after_round: AfterRound, early_stopping: Any) -> Any:
    """One callback for XGBoost. It keeps callbacks in a set: several would be called in any order, and not all of them
    in a round in which one of them asks to stop."""

    class Callback(library("xgboost").callback.TrainingCallback):  # type: ignore[misc]
        def before_training(self, model: Any) -> Any:
            return early_stopping.before_training(model) if early_stopping else model

        def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, Any]) -> bool:
            after_round(model, epoch, evals_log)
            return bool(early_stopping and early_stopping.after_iteration(model, epoch, evals_log))

        def after_training(self, model: Any) -> Any:
            return early_stopping.after_training(model) if early_stopping else model

    return Callback()


if __name__ == "__main__":
    sys.exit(main())
