"""What an endpoint runs: load the model, read CSV, answer the probability that each flight comes late."""

import io
from pathlib import Path

import joblib
import pandas as pd


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(f"send text/csv with a header line, not {content_type}")
    return pd.read_csv(io.StringIO(body if isinstance(body, str) else body.decode()))


def predict_fn(flights, model):
    return model.predict_proba(flights)[:, 1]
