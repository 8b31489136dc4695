"""Transform jobs that really run: a model's container, and the objects that pass through it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from tests.bricks.sagemaker.conftest import BUCKET, IMAGE, ROLE, Account, MakeAccount, tar_gz

from brickline.baseplate.errors import Refused

DOUBLE = """
import os, time
def model_fn(folder): return 2
def input_fn(data, content_type): return data
def predict_fn(data, model):
    if "bad" in data: raise ValueError("no number")
    if "die" in data: os.kill(os.getppid(), 9)
    if "wait" in data: time.sleep(60)
    return [float(line.split(",")[-1]) * model for line in data.splitlines()]
def output_fn(values, accept): return "".join(f"{value}\\n" for value in values), accept
"""

JOIN = {"JoinSource": "Input"}


def model(account: Account, script: str = DOUBLE, **environment: str) -> None:
    url = account.put("model/model.tar.gz", tar_gz({"code/inference.py": script}))
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": environment}
    account("CreateModel", ModelName="model", PrimaryContainer=container, ExecutionRoleArn=ROLE)


def request(name: str = "job", split: str = "Line", **members: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in"}
    return {
        "TransformJobName": name,
        "ModelName": "model",
        "TransformInput": {
            "DataSource": {"S3DataSource": source},
            "ContentType": "text/csv",
            "SplitType": split,
            **members.pop("TransformInput", {}),
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/out",
            "Accept": "text/csv",
            "AssembleWith": split,
            **members.pop("TransformOutput", {}),
        },
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        **members,
    }


def transform(account: Account, name: str = "job", **members: Any) -> dict[str, Any]:
    account("CreateTransformJob", **request(name, **members))
    return account.wait("Transform", name)


def test_every_object_is_transformed(account: Account) -> None:
    model(account)
    for key, data in {"in/a.csv": "1\n2\n", "in/sub/b.csv": "3", "in/empty": ""}.items():
        account.put(key, data)
    job = transform(account)
    assert job["TransformJobStatus"] == "Completed", job
    assert job["CreationTime"] <= job["TransformStartTime"] <= job["TransformEndTime"]
    assert account.keys("out/") == ["out/a.csv.out", "out/empty.out", "out/sub/b.csv.out"]
    assert account.get("out/a.csv.out") == b"2.0\n4.0\n"
    assert account.get("out/sub/b.csv.out") == b"6.0\n"
    assert any("Booting worker" in line for line in account.log("Transform", "job"))
    statuses = [
        event["detail"]["TransformJobStatus"] for event in account.events("SageMaker Transform Job State Change")
    ]
    assert statuses == ["InProgress", "Completed"]
    listed = account("ListTransformJobs", StatusEquals="Completed")["TransformJobSummaries"]
    assert [one["TransformJobName"] for one in listed] == ["job"]
    account.wait_until(lambda: not account.is_unfinished("Transform", "job"))
    assert not [*account.baseplate.job_folder(0).parent.glob("*")]


def test_records_are_filtered_and_joined(account: Account) -> None:
    model(account)
    account.put("in/a.csv", gzip.compress(b"id1,1,5\nid2,2,6\n"))
    job = transform(
        account,
        TransformInput={"CompressionType": "Gzip"},
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
        BatchStrategy="SingleRecord",
        MaxConcurrentTransforms=3,
    )
    assert job["TransformJobStatus"] == "Completed", job
    assert account.get("out/a.csv.out") == b"id1,10.0\nid2,12.0\n"


def test_an_object_that_fails_does_not_keep_the_others(account: Account) -> None:
    model(account)
    account.put("in/a.csv", "bad\n")
    account.put("in/b.csv", "1\n")
    job = transform(account, ModelClientConfig={"InvocationsMaxRetries": 0})
    assert job["TransformJobStatus"] == "Failed"
    assert "1 of 2 objects failed: s3://bucket/in/a.csv: 500: no number" in job["FailureReason"]
    assert account.keys("out/") == ["out/b.csv.out"]
    assert any("a.csv: 500: no number" in line for line in account.log("Transform", "job"))


def test_a_manifest_names_objects_and_a_payload_has_its_limit(account: Account) -> None:
    model(account)
    account.put("in/a.csv", "1")
    account.put("in/large", "1" * (2 << 20))
    manifest = account.put("manifest", json.dumps([{"prefix": f"s3://{BUCKET}/in/"}, "a.csv", "large"]))
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": manifest}}
    job = transform(account, split="None", TransformInput={"DataSource": source}, MaxPayloadInMB=1)
    assert "Too much data for max payload size" in job["FailureReason"]
    assert account.get("out/a.csv.out") == b"2.0\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("def model_fn(folder): raise ValueError('no model')", "AlgorithmError: ValueError: no model, exit code: 1"),
        ("import os\nos._exit(7)", "exit code: 7"),
    ],
)
def test_a_model_that_does_not_load_fails_the_job(account: Account, script: str, reason: str) -> None:
    model(account, script)
    account.put("in/a.csv", "1")
    assert reason in transform(account)["FailureReason"]


def test_an_empty_prefix_fails_the_job(account: Account) -> None:
    model(account)
    assert transform(account)["FailureReason"].startswith("ClientError: No S3 objects found")


def test_a_container_that_is_killed_fails_the_job(account: Account) -> None:
    model(account)
    account.put("in/a.csv", "die")
    job = transform(account, ModelClientConfig={"InvocationsMaxRetries": 1})
    assert job["TransformJobStatus"] == "Failed"
    assert "SIGKILL" in job["FailureReason"]


def test_a_job_is_stopped_in_the_midst_of_a_request(account: Account) -> None:
    model(account)
    account.put("in/a.csv", "wait")
    account("CreateTransformJob", **request())
    account.wait_for_log("Transform", "job", "Booting worker")
    account("StopTransformJob", TransformJobName="job")
    assert account.wait("Transform", "job")["TransformJobStatus"] == "Stopped"
    assert account.keys("out/") == []
    with pytest.raises(Refused, match="is in status Stopped"):
        account("StopTransformJob", TransformJobName="job")


def test_a_job_goes_on_after_a_restart_with_the_containers_that_it_has(make_account: MakeAccount) -> None:
    once = "time.sleep(0 if os.path.exists('/tmp/asked') else open('/tmp/asked', 'w').close() or 60)"
    account = make_account()
    account.context.call("s3", "CreateBucket", Bucket=BUCKET)
    model(account, DOUBLE.replace("time.sleep(60)", f"print('asked', flush=True), {once}"))
    account.put("in/a.csv", "wait,3\n")
    account("CreateTransformJob", **request())
    account.wait_for_log("Transform", "job", "asked")
    account.baseplate.close()
    again = make_account()
    assert again.wait("Transform", "job")["TransformJobStatus"] == "Completed"
    assert again.get("out/a.csv.out") == b"6.0\n"
    assert len([line for line in again.log("Transform", "job") if "Starting gunicorn" in line]) == 1


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"TransformInput": {"SplitType": "RecordIO"}}, "SplitType: RecordIO is not there"),
        ({"TransformInput": {"SplitType": "TFRecord"}}, "SplitType: TFRecord is not there"),
        ({"split": "None", "BatchStrategy": "MultiRecord"}, "BatchStrategy: MultiRecord needs"),
        ({"ModelName": "nothing"}, "Could not find model"),
        ({"DataProcessing": {"InputFilter": "$..a"}}, "not supported"),
        ({"DataProcessing": JOIN, "TransformOutput": {"Accept": "application/json"}}, "both text/csv"),
        ({"DataProcessing": JOIN, "TransformOutput": {"AssembleWith": "None"}}, "have to be alike"),
        ({"TransformOutput": {"S3OutputPath": "s3://nowhere/x"}}, "'nowhere' does not exist"),
        ({"MaxConcurrentTransforms": 20, "MaxPayloadInMB": 6}, "their product is 120"),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_are_refused(account: Account, members: dict[str, Any], said: str) -> None:
    model(account)
    with pytest.raises(Refused, match=said):
        account("CreateTransformJob", **request(**members))
