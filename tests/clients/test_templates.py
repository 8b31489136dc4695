"""The repositories of `brickline new` by the third generation of the SDK; the demo goes through the second one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.clients.harness import Server, client

from brickline.cli import new
from brickline.demo import flights

_UPLOAD = """
import boto3, json, sys
from pathlib import Path
from sagemaker.core.helper.session_helper import Session

bucket, s3 = Session().default_bucket(), boto3.client("s3")
files = sorted(Path(sys.argv[1]).iterdir())
for file in files:
    key = "flights/weather/weather.csv" if file.name == "weather.csv" else f"flights/days/{file.name}"
    s3.upload_file(str(file), bucket, key)
days = [file.name for file in files if file.name != "weather.csv"]
manifest = json.dumps([{"prefix": f"s3://{bucket}/flights/days/"}, *days])
s3.put_object(Bucket=bucket, Key="flights/manifests/all.manifest", Body=manifest.encode())
"""
_APPROVE = """
import boto3, sys
sagemaker = boto3.client("sagemaker")
newest = sagemaker.list_model_packages(ModelPackageGroupName=sys.argv[1])["ModelPackageSummaryList"][0]
sagemaker.update_model_package(ModelPackageArn=newest["ModelPackageArn"], ModelApprovalStatus="Approved")
"""
_ASK = """
import boto3, sys
runtime = boto3.client("sagemaker-runtime")
body = open(sys.argv[2], "rb").read()
print(runtime.invoke_endpoint(EndpointName=sys.argv[1], ContentType="text/csv", Body=body)["Body"].read().decode())
boto3.client("sagemaker").delete_endpoint(EndpointName=sys.argv[1])
"""


def _configure(folder: Path, **members: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **members}))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for day, body in list(flights.days().items())[:30]:
        (folder / f"{day}.csv").write_bytes(body)
    (folder / "weather.csv").write_bytes(flights.weather().read())
    return folder


def test_a_model_is_trained_and_served_by_the_third_sdk(server: Server, tmp_path: Path, data: Path) -> None:
    python = str(client("sagemaker3") / "python")
    training, serving = tmp_path / "training", tmp_path / "serving"
    new.copy("training", training, "3")
    new.copy("serving", serving, "3")
    _configure(training, Pipeline="TemplateTraining", ModelPackageGroup="template")
    _configure(serving, Pipeline="TemplateServing", ModelPackageGroup="template", Endpoint="template")
    run = [python, "-m", "pipelines.commands"]

    server.run([python, "-c", _UPLOAD, str(data)])
    trained = server.run([*run, "-p", "LeastAUC=0.5", "--definition", "pipeline.json"], cwd=training).stdout
    assert "Flights                  Succeeded" in trained
    assert json.loads((training / "pipeline.json").read_text())["Parameters"][0]["Name"] == "FlightsManifest"

    server.run([python, "-c", _APPROVE, "template"])
    assert "Deploy                   Succeeded" in server.run(run, cwd=serving).stdout
    (tmp_path / "day.csv").write_bytes(flights.features("2013-01-31").body)
    scores = json.loads(server.run([python, "-c", _ASK, "template", str(tmp_path / "day.csv")]).stdout)
    assert len(scores) > 100
    assert all(0 <= score <= 1 for score in scores)
