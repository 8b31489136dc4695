"""A user's inference script: the model of train.py, and a header of the request in the answer."""

from pathlib import Path

import joblib


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")
