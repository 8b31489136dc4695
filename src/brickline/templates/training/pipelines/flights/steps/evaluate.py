"""Processing step: how well the model ranks the late flights of days that it has not seen."""

import json
import tarfile
from pathlib import Path

import joblib
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

MODEL = Path("/opt/ml/processing/model")
TEST = Path("/opt/ml/processing/test/test.csv")
REPORT = Path("/opt/ml/processing/evaluation/evaluation.json")


def main() -> None:
    with tarfile.open(MODEL / "model.tar.gz") as archive:
        archive.extract("model.joblib", MODEL)
    model = joblib.load(MODEL / "model.joblib")
    table = pd.read_csv(TEST)
    scores = model.predict_proba(table.drop(columns="late"))[:, 1]
    metrics = {
        "auc": {"value": float(roc_auc_score(table["late"], scores))},
        "average_precision": {"value": float(average_precision_score(table["late"], scores))},
        "flights": {"value": len(table)},
    }
    REPORT.write_text(json.dumps({"binary_classification_metrics": metrics}, indent=2))
    print(f"AUC {metrics['auc']['value']:.4f} on {len(table)} flights")


if __name__ == "__main__":
    main()
