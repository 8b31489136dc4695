"""The built-in XGBoost algorithm's artifacts as a model: every file of the archive is a booster of one ensemble."""

from __future__ import annotations

import json
import os
import pickle
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import inference_formats as formats
from .inference import Reply, Request, failure
from .libraries import library
from .xgboost_data import csv_rows_of_text, libsvm_of_text

_CODE = "code"
_VOTING = ("multi:softmax", "binary:hinge")
_CSV, _JSON, _LINES = (formats.CSV, "csv"), (formats.JSON, "json"), (formats.JSON_LINES, "jsonlines")


@dataclass(frozen=True)
class Ensemble:
    """Boosters, and how they agree."""

    boosters: tuple[Any, ...]
    objective: str


class BuiltInInference:
    """Answers with the predictions alone."""

    has_execution_parameters = True

    def __init__(self, folder: Path, *, is_batch: bool) -> None:
        self._folder = folder
        self._is_batch = is_batch

    def load(self) -> Ensemble:
        paths = sorted(one for one in self._folder.rglob("*") if one.is_file() and self._is_model(one))
        if not paths:
            raise FileNotFoundError(f"No valid model file was found in {self._folder}")
        if os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true").lower() != "true":
            paths = paths[:1]
        library("xgboost")  # its threads are limited only once it is there
        # Loading by several threads would leave them behind, and the workers could not share what was loaded.
        with library("threadpoolctl").threadpool_limits(1):
            boosters = tuple(_booster(path) for path in paths)
        return Ensemble(boosters, _objective(boosters[0]))

    def answer(self, model: Ensemble, request: Request) -> Reply:
        if not request.body:
            return Reply(b"", status=204)
        try:
            matrix = _matrix(request)
        except formats.UnsupportedFormat as error:
            return Reply(str(error).encode(), status=error.status)
        except Exception as error:
            traceback.print_exc()
            return Reply(f"Unable to evaluate payload provided: {error}".encode(), status=400)
        try:
            return self._reply(_predictions(model, matrix), request.accept)
        except formats.UnsupportedFormat as error:
            return Reply(str(error).encode(), status=error.status)
        except library("xgboost").core.XGBoostError as error:
            traceback.print_exc()
            return Reply(f"Unable to evaluate payload provided: {error}".encode(), status=400)
        except Exception as error:
            traceback.print_exc()
            return failure(error)

    def _is_model(self, path: Path) -> bool:
        inside = path.relative_to(self._folder).parts
        return inside[0] != _CODE and not any(part.startswith(".") for part in inside)

    def _reply(self, predictions: Any, accept: str) -> Reply:
        for wanted in formats.accepted(accept):
            if wanted in _CSV:
                return Reply(self._csv(predictions.tolist()), formats.CSV)
            if wanted in _JSON:
                document = {"predictions": [{"score": score} for score in predictions.tolist()]}
                return Reply(json.dumps(document).encode(), formats.JSON)
            if wanted in _LINES:
                lines = (json.dumps({"score": score}) + "\n" for score in predictions.tolist())
                return Reply("".join(lines).encode(), formats.JSON_LINES)
        raise formats.UnsupportedFormat(
            f"{accept} is not an accepted Accept type. Please choose one of the following: "
            "['application/json', 'application/jsonlines', 'text/csv'].",
            406,
        )

    def _csv(self, scores: list[Any]) -> bytes:
        # One line with all of them is no CSV of rows, and what the container has always answered.
        if self._is_batch:
            return "".join(f"{score}\n" for score in scores).encode()
        return ",".join(map(str, scores)).encode()


def _matrix(request: Request) -> Any:
    media = formats.media_type(request.content_type)
    if media in _CSV:
        return library("xgboost").DMatrix(csv_rows_of_text(request.body.decode()))
    if media in (*formats.LIBSVM, "libsvm"):
        return libsvm_of_text(request.body)
    raise formats.UnsupportedFormat(
        f"Content type {request.content_type} is not supported: it has to be either csv or libsvm", 415
    )


def _booster(path: Path) -> Any:
    """Images before 1.3 pickled their boosters."""
    xgboost = library("xgboost")
    try:
        with path.open("rb") as file:
            return pickle.load(file)  # noqa: S301  # the user's own model, in the user's own sandbox
    except Exception:
        booster = xgboost.Booster()
        booster.load_model(str(path))
        return booster


def _objective(booster: Any) -> str:
    learner = json.loads(booster.save_config())["learner"]
    return str(learner["learner_train_param"]["objective"])


def _predictions(model: Ensemble, matrix: Any) -> Any:
    """The mean, or the most frequent class where the objective gives classes."""
    numpy = library("numpy")
    votes = [_of_one(booster, matrix) for booster in model.boosters]
    if len(votes) == 1:
        return votes[0]
    if model.objective in _VOTING:
        rows = numpy.stack(votes, axis=-1)
        return numpy.array([max(sorted(set(row)), key=row.count) for row in rows.tolist()])
    return numpy.mean(votes, axis=0)


def _of_one(booster: Any, matrix: Any) -> Any:
    best = booster.attr("best_iteration")
    options = {} if best is None else {"iteration_range": (0, int(best) + 1)}
    return booster.predict(matrix, validate_features=False, **options)
