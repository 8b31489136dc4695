"""Processing jobs from CreateProcessingJob to their end, in real sandboxes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.bricks.sagemaker.jobs import life

COPY = (
    "import pathlib, shutil\n"
    "shutil.copytree('/opt/ml/processing/input/data', '/opt/ml/processing/train', dirs_exist_ok=True)\n"
)


def outputs(*them: dict[str, Any]) -> dict[str, Any]:
    return {"Outputs": list(them)}


def test_inputs_come_and_outputs_go(account: Any) -> None:
    account.put("raw/x/1.csv", "1")
    account.put("raw/2.csv", "2")
    job = account.process(
        run=COPY,
        ProcessingInputs=[account.input("data", "s3://bucket/raw")],
        ProcessingOutputConfig=outputs(account.output("train")),
    )
    assert job["ProcessingJobStatus"] == "Completed", job
    assert job["ProcessingEndTime"] >= job["ProcessingStartTime"]
    assert account.keys("out/") == ["out/train/2.csv", "out/train/x/1.csv"]


def test_outputs_are_uploaded_after_a_failure_too(account: Any) -> None:
    job = account.process(
        run="open('/opt/ml/processing/train/part', 'w').write('half'); raise ValueError('bad row 7')",
        ProcessingOutputConfig=outputs(account.output("train")),
    )
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: ValueError: bad row 7, exit code: 1"
    assert account.get("out/train/part") == b"half"


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_message_is_shown_whatever_the_end(account: Any, code: int) -> None:
    script = f"open('/opt/ml/output/message', 'w').write('7 rows dropped' + 2000 * '.'); raise SystemExit({code})"
    job = account.process(run=script)
    assert job["ProcessingJobStatus"] == ("Failed" if code else "Completed")
    assert job["ExitMessage"].startswith("7 rows dropped")
    assert len(job["ExitMessage"]) == 1024


def test_a_single_key_lands_under_its_own_name(account: Any) -> None:
    account.put("deep/er/file.txt", "x")
    job = account.process(
        run="assert open('/opt/ml/processing/input/data/file.txt').read() == 'x'",
        ProcessingInputs=[account.input("data", "s3://bucket/deep/er/file.txt")],
    )
    assert job["ProcessingJobStatus"] == "Completed", job


def test_a_manifest_names_the_objects(account: Any) -> None:
    account.put("raw/a", "1")
    account.put("raw/b/c", "2")
    account.put("raw/left-out", "3")
    manifest = account.put("manifest.json", json.dumps([{"prefix": "s3://bucket/raw/"}, "a", "b/c"]))
    account.process(
        run=COPY,
        ProcessingInputs=[account.input("data", manifest, S3DataType="ManifestFile")],
        ProcessingOutputConfig=outputs(account.output("train")),
    )
    assert account.keys("out/") == ["out/train/a", "out/train/b/c"]


def test_objects_are_sharded_by_key(account: Any) -> None:
    for number in range(5):
        account.put(f"raw/{number}", "x")
    script = (
        "import json, os, pathlib\n"
        "me = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\n"
        "names = ' '.join(sorted(os.listdir('/opt/ml/processing/input/data')))\n"
        "pathlib.Path('/opt/ml/processing/train', me).write_text(names)\n"
    )
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1}
    job = account.process(
        run=script,
        ProcessingInputs=[account.input("data", "s3://bucket/raw/", S3DataDistributionType="ShardedByS3Key")],
        ProcessingOutputConfig=outputs(account.output("train")),
        ProcessingResources={"ClusterConfig": cluster},
    )
    assert job["ProcessingJobStatus"] == "Completed", job
    assert account.get("out/train/algo-1") == b"0 2 4"
    assert account.get("out/train/algo-2") == b"1 3"


def test_continuous_outputs_are_there_before_the_end(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "CONTINUOUS_SECONDS", 0.1)
    script = "import signal; open('/opt/ml/processing/train/early', 'w').write('x'); signal.pause()"
    request = account.processing_request(
        run=script, ProcessingOutputConfig=outputs(account.output("train", S3UploadMode="Continuous"))
    )
    account("CreateProcessingJob", **request)
    account.wait_until(lambda: account.keys("out/") == ["out/train/early"])
    account("StopProcessingJob", ProcessingJobName="job")
    assert account.wait("Processing", "job")["ProcessingJobStatus"] == "Stopped"


def test_what_the_job_manages_itself_is_left_alone(account: Any) -> None:
    managed = {**account.output("train"), "AppManaged": True}
    job = account.process(
        run="open('/opt/ml/processing/train/x', 'w').write('x')", ProcessingOutputConfig=outputs(managed)
    )
    assert job["ProcessingJobStatus"] == "Completed", job
    assert account.keys("out/") == []


def test_the_job_sees_its_own_configuration(account: Any) -> None:
    script = (
        "import json\n"
        "config = json.load(open('/opt/ml/config/processingjobconfig.json'))\n"
        "assert config['ProcessingJobName'] == 'job' and config['Environment'] == {'A': 'b'}, config\n"
        "import os; assert os.environ['A'] == 'b'\n"
    )
    job = account.process(run=script, Environment={"A": "b"})
    assert job["ProcessingJobStatus"] == "Completed", job


def test_events_have_enum_values_in_upper_case(account: Any) -> None:
    account.process(run="pass", ProcessingOutputConfig=outputs(account.output("train")))
    events = account.events("SageMaker Processing Job State Change")
    assert [event["detail"]["ProcessingJobStatus"] for event in events] == ["InProgress", "Completed"]
    detail = events[0]["detail"]
    assert detail["ProcessingInputs"][0]["S3Input"]["S3DataType"] == "S3_PREFIX"
    assert detail["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3UploadMode"] == "END_OF_JOB"
