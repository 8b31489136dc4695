"""The built-in XGBoost algorithm, by jobs that really train."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import brickline.guest

TRAINING = "".join(f"{int(n % 7 > 3)},{n % 7},{n % 3}\n" for n in range(80))
LIBSVM = "".join(f"{int(n % 7 > 3)} 0:{n % 7} 1:{n % 3}\n" for n in range(80))
ROUND = re.compile(r"^\[(\d+)\]((?:\t(?:train|validation)-[\w@.-]+:\S+)+)$", re.MULTILINE)


@pytest.fixture
def algorithm(xgboost_job: Any) -> Any:
    """A job of four rounds on one CSV file, without code."""
    xgboost_job.hyperparameters = {"num_round": "4", "objective": "binary:logistic", "eval_metric": "auc"}
    xgboost_job.channels = {"train": {"ContentType": "text/csv", "TrainingInputMode": "File"}}
    xgboost_job.write("input/data/train/part.csv", TRAINING)
    return xgboost_job


def predicted(job: Any, model: str = "xgboost-model") -> list[float]:
    """What the saved model says of two rows of the training data."""
    code = (
        "import json, numpy, sys, xgboost; booster = xgboost.Booster(model_file=sys.argv[1]);"
        "print(json.dumps(booster.predict(xgboost.DMatrix(numpy.array([[6., 0.], [0., 0.]]))).tolist()))"
    )
    printed = subprocess.check_output([job.environment.python, "-c", code, job.ml / "model" / model], text=True)
    values: list[float] = json.loads(printed)
    return values


def test_a_model_is_trained_and_each_round_logged(algorithm: Any) -> None:
    algorithm.channels["validation"] = {"ContentType": "csv"}
    algorithm.write("input/data/validation/a/part.csv", TRAINING)
    algorithm.hyperparameters["eval_metric"] = "auc,f1"
    assert algorithm.run("train") == 0, algorithm.output
    rounds = ROUND.findall(algorithm.output)
    assert [number for number, _ in rounds] == ["0", "1", "2", "3"]
    assert rounds[-1][1] == "\ttrain-auc:1.00000\ttrain-f1:1.00000\tvalidation-auc:1.00000\tvalidation-f1:1.00000"
    high, low = predicted(algorithm)
    assert low < 0.5 < high
    assert (algorithm.ml / "output" / "success").exists()


@pytest.mark.parametrize("content_type", [None, "text/libsvm"])
def test_libsvm_is_the_format_where_none_is_named(algorithm: Any, content_type: str | None) -> None:
    algorithm.channels["train"] = {"ContentType": content_type} if content_type else {}
    algorithm.write("input/data/train/part.csv", LIBSVM)
    assert algorithm.run("train") == 0, algorithm.output
    high, low = predicted(algorithm)
    assert low < 0.5 < high


def test_parquet_is_read(algorithm: Any) -> None:
    code = "import pandas, sys; pandas.read_csv(sys.argv[1], header=None).rename(columns=str).to_parquet(sys.argv[2])"
    folder = algorithm.ml / "input" / "data" / "train"
    source, target = folder / "part.csv", folder / "part.parquet"
    subprocess.run([algorithm.environment.python, "-c", code, source, target], check=True)
    source.unlink()
    algorithm.channels["train"] = {"ContentType": "application/x-parquet"}
    assert algorithm.run("train") == 0, algorithm.output
    assert predicted(algorithm)[0] > 0.5


def test_early_stopping_ends_training_and_keeps_the_best_model(algorithm: Any) -> None:
    algorithm.hyperparameters |= {"num_round": "50", "early_stopping_rounds": "2"}
    assert algorithm.run("train") == 0, algorithm.output
    assert len(ROUND.findall(algorithm.output)) == 3


def test_folds_give_a_model_each_and_a_line_of_means(algorithm: Any) -> None:
    algorithm.hyperparameters |= {"_kfold": "2", "seed": "1"}
    assert algorithm.run("train") == 0, algorithm.output
    assert sorted(path.name for path in (algorithm.ml / "model").iterdir()) == ["xgboost-model-0", "xgboost-model-1"]
    assert ROUND.findall(algorithm.output)[-1] == ("4", "\ttrain-auc:1.00000\tvalidation-auc:1.00000")


def test_training_goes_on_from_the_last_checkpoint(algorithm: Any) -> None:
    folder = algorithm.folder / "checkpoints"
    algorithm.write("input/config/checkpointconfig.json", json.dumps({"LocalPath": str(folder)}))
    algorithm.hyperparameters["num_round"] = "2"
    assert algorithm.run("train") == 0, algorithm.output
    algorithm.hyperparameters["num_round"] = "8"
    assert algorithm.run("train") == 0, algorithm.output
    assert [number for number, _ in ROUND.findall(algorithm.output)] == ["2", "3", "4", "5", "6", "7"]
    assert sorted(path.name for path in folder.iterdir()) == [f"xgboost-checkpoint.{number}" for number in range(3, 8)]


def test_a_stopped_job_saves_its_model_where_that_is_asked_for(algorithm: Any) -> None:
    algorithm.hyperparameters |= {"num_round": "1000000", "save_model_on_termination": "true"}
    start = Path(brickline.guest.__file__).with_name("start.py")
    command = [algorithm.environment.python, start, "train"]
    with subprocess.Popen(command, env=algorithm.prepare(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("[3]"):
            assert process.poll() is None
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0
    assert predicted(algorithm)[0] > 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hyperparameters": {}}, "ClientError: Missing required hyperparameter: num_round"),
        ({"channels": {"test": {}}}, "ClientError: Missing required channel: train"),
        ({"channels": {"train": {"ContentType": "text/tsv"}}}, "content type 'text/tsv' is none of"),
        ({"channels": {"train": {"ContentType": "recordio-protobuf"}}}, "cannot be read here yet"),
        ({"files": {"part.csv": "label,a\n1,2\n"}}, "line 1, column 1: 'label' is not a number"),
        ({"files": {"part.csv": ""}}, "ClientError: No data in train channel path"),
        ({"files": {".hidden": "1,2\n"}}, "Hidden file found in the data path"),
        ({"files": {"other.csv": "1,2\n"}}, "differ in their number of columns (other.csv: 2, part.csv: 3)"),
    ],
)
def test_bad_input_is_refused_with_the_reason(algorithm: Any, change: dict[str, Any], message: str) -> None:
    for name, text in change.pop("files", {}).items():
        algorithm.write(f"input/data/train/{name}", text)
    for name, value in change.items():
        setattr(algorithm, name, value)
    assert algorithm.run("train") == 1
    assert message in algorithm.failure


def test_a_job_with_code_is_script_mode(algorithm: Any) -> None:
    algorithm.hyperparameters = {"sagemaker_program": "train.py", "num_round": "5"}
    algorithm.write("code/train.py", "import sys, xgboost; print('mine', sys.argv[1:])\n")
    assert algorithm.run("train") == 0, algorithm.output
    assert "mine ['--num_round', '5']" in algorithm.output
