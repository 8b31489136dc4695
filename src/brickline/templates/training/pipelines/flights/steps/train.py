"""Training step: a gradient-boosted classifier of late flights."""

import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORIES = ["carrier", "origin", "dest"]


def build(learning_rate: float, rounds: int):
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = make_column_transformer((encoder, CATEGORIES), remainder="passthrough")
    classifier = HistGradientBoostingClassifier(learning_rate=learning_rate, max_iter=rounds, random_state=0)
    return make_pipeline(columns, classifier)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    table = pd.read_csv(Path(os.environ["SM_CHANNEL_TRAIN"]) / "train.csv")
    labels, flights = table["late"], table.drop(columns="late")
    print(f"training on {len(flights)} flights")
    model = build(arguments.learning_rate, arguments.rounds).fit(flights, labels)
    print(f"train:auc={roc_auc_score(labels, model.predict_proba(flights)[:, 1]):.4f};")
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
