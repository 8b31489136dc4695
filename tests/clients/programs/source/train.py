"""A user's training script: fits a line, says so, keeps it."""

import argparse
import json
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

parser = argparse.ArgumentParser()
parser.add_argument("--name", default="")
parser.add_argument("--fit-intercept", type=int, default=1)
arguments = parser.parse_args()

table = pd.read_csv(Path(os.environ["SM_CHANNEL_TRAIN"]) / "points.csv")
model = LinearRegression(fit_intercept=bool(arguments.fit_intercept)).fit(table[["x"]], table["y"])
print(f"slope={model.coef_[0]:.3f};")
joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")
output = Path(os.environ["SM_OUTPUT_DATA_DIR"])
output.mkdir(parents=True, exist_ok=True)
(output / "arguments.json").write_text(json.dumps(vars(arguments)))
