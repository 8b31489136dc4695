"""Training jobs from CreateTrainingJob to their end, in real sandboxes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.baseplate.errors import Refused

ANSWER = "import pathlib; pathlib.Path('/opt/ml/model/answer').write_text('42')"


def test_a_script_trains_and_its_model_is_in_s3(account: Any) -> None:
    account.put("data/a/1.csv", "1,2")
    script = (
        "import os, pathlib\n"
        "data = pathlib.Path(os.environ['SM_CHANNEL_TRAIN'], 'a/1.csv').read_text()\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model').write_text(data)\n"
        "print('loss=0.25')\n"
    )
    job = account.train(
        script=script,
        InputDataConfig=[account.channel("train", "s3://bucket/data/")],
        AlgorithmSpecification={"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]},
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": "s3://bucket/out/job/output/model.tar.gz"}
    assert account.members("out/job/output/model.tar.gz") == {"model": b"1,2"}
    assert "out/job/output/output.tar.gz" not in account.keys("out/")
    assert [(one["MetricName"], one["Value"]) for one in job["FinalMetricDataList"]] == [("loss", 0.25)]
    metrics = account.context.call("cloudwatch", "ListMetrics", Namespace="/aws/sagemaker/TrainingJobs")["Metrics"]
    dimensions = [{"Name": "TrainingJobName", "Value": "job"}]
    assert [(metric["MetricName"], metric["Dimensions"]) for metric in metrics] == [("loss", dimensions)]


def test_statuses_and_times_are_those_of_the_service(account: Any) -> None:
    job = account.train(run=ANSWER)
    steps = job["SecondaryStatusTransitions"]
    assert [step["Status"] for step in steps] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all(step["EndTime"] >= step["StartTime"] and step["StatusMessage"] for step in steps)
    assert steps[-1]["StatusMessage"] == "Training job completed"
    assert job["TrainingStartTime"] == steps[1]["StartTime"]
    assert job["TrainingEndTime"] == steps[-1]["StartTime"]
    assert job["TrainingTimeInSeconds"] == job["BillableTimeInSeconds"] == 1


def test_every_change_of_status_is_an_event(account: Any) -> None:
    account.train(run=ANSWER)
    events = account.events("SageMaker Training Job State Change")
    seen = [(event["detail"]["TrainingJobStatus"], event["detail"]["SecondaryStatus"]) for event in events]
    assert seen == [
        ("InProgress", "Starting"),
        ("InProgress", "Downloading"),
        ("InProgress", "Training"),
        ("InProgress", "Uploading"),
        ("Completed", "Completed"),
    ]
    assert events[-1]["resources"] == ["arn:aws:sagemaker:us-east-1:123456789012:training-job/job"]
    assert isinstance(events[-1]["detail"]["CreationTime"], int)


def test_a_script_that_raises_gives_its_last_words(account: Any) -> None:
    job = account.train(script="raise ValueError('no such column: price')")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    reason = job["FailureReason"]
    assert reason.startswith('AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "')
    assert "ValueError: no such column: price" in reason
    assert reason.endswith(", exit code: 1")
    assert account.keys("out/") == []


def test_without_a_failure_file_the_log_explains(account: Any) -> None:
    job = account.train(run="raise KeyError('price')")
    assert job["FailureReason"] == "AlgorithmError: KeyError: 'price', exit code: 1"
    assert job["SecondaryStatusTransitions"][-1]["StatusMessage"] == "Training job failed"


def test_death_by_signal_is_named(account: Any) -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    job = account.train(run=script)
    assert "SIGKILL" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 137")


def test_a_job_that_never_ends_is_stopped_and_keeps_its_model(account: Any) -> None:
    job = account.train(
        run=f"{ANSWER}; import signal; signal.pause()",
        StoppingCondition={"MaxRuntimeInSeconds": 1},
    )
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert "FailureReason" not in job
    assert account.members("out/job/output/model.tar.gz") == {"answer": b"42"}


def test_a_full_disk_is_the_reason(account: Any) -> None:
    script = "f = open('/tmp/full', 'wb')\nwhile True: f.write(bytes(1 << 24)); f.flush()"
    job = account.train(run=script)
    assert job["TrainingJobStatus"] == "Failed"
    assert "limit is 1,024 MiB" in job["FailureReason"]


def test_stop_ends_the_job_and_uploads_what_is_there(account: Any) -> None:
    script = f"{ANSWER}; print('ready', flush=True); import signal; signal.pause()"
    account("CreateTrainingJob", **account.training_request(run=script))
    account.wait_for_log("Training", "job", "ready")
    account("StopTrainingJob", TrainingJobName="job")
    job = account.wait("Training", "job")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert account.members("out/job/output/model.tar.gz") == {"answer": b"42"}
    with pytest.raises(Refused) as refused:
        account("StopTrainingJob", TrainingJobName="job")
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (b"not an archive", "not a whole tar.gz"),
        (None, "s3://bucket/code/sourcedir.tar.gz"),
    ],
)
def test_code_that_cannot_be_had_is_the_clients_error(account: Any, archive: bytes | None, words: str) -> None:
    request = account.training_request(script="pass")
    if archive is None:
        account.context.call("s3", "DeleteObject", Bucket="bucket", Key="code/sourcedir.tar.gz")
    else:
        account.put("code/sourcedir.tar.gz", archive)
    account("CreateTrainingJob", **request)
    job = account.wait("Training", "job")
    assert job["TrainingJobStatus"] == "Failed"
    assert words in job["FailureReason"]
    assert "ClientError" in job["FailureReason"]


def test_code_that_climbs_out_of_its_folder_is_refused(account: Any) -> None:
    request = account.training_request(script="pass")
    account.source("print(1)", **{"../../evil.py": "print(2)"})
    account("CreateTrainingJob", **request)
    job = account.wait("Training", "job")
    assert job["TrainingJobStatus"] == "Failed"
    assert "outside of the code folder" in job["FailureReason"]


def test_inputs_that_are_not_there_are_the_clients_error(account: Any) -> None:
    job = account.train(
        run=ANSWER,
        InputDataConfig=[account.channel("train", "s3://bucket/nothing/")],
    )
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        'ClientError: No S3 objects found under S3 URL "s3://bucket/nothing/" given in input data source'
    )


def test_the_configuration_files_lie_where_the_contract_says(account: Any) -> None:
    script = (
        "import json, pathlib\n"
        "config = pathlib.Path('/opt/ml/input/config')\n"
        "found = {path.name: json.loads(path.read_text()) for path in config.iterdir()}\n"
        "pathlib.Path('/opt/ml/output/data/found.json').write_text(json.dumps(found))\n"
    )
    account.put("data/a", "x")
    account.train(
        run=script,
        HyperParameters={"depth": "5"},
        InputDataConfig=[account.channel("train", "s3://bucket/data", ContentType="text/csv")],
    )
    found = json.loads(account.members("out/job/output/output.tar.gz")["found.json"])
    assert found["hyperparameters.json"] == {"depth": "5"}
    assert found["inputdataconfig.json"]["train"] == {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
        "ContentType": "text/csv",
    }
    resources = found["resourceconfig.json"]
    assert (resources["current_host"], resources["hosts"]) == ("algo-1", ["algo-1"])


def test_the_jobs_variables_and_the_requests_win(account: Any) -> None:
    script = "import os, json; json.dump(dict(os.environ), open('/opt/ml/output/data/env', 'w'))"
    account.train(run=script, Environment={"MINE": "yes", "AWS_REGION": "eu-west-1"})
    found = json.loads(account.members("out/job/output/output.tar.gz")["env"])
    assert found["TRAINING_JOB_NAME"] == "job"
    assert (found["MINE"], found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == ("yes", "eu-west-1", "us-east-1")
    credential = account.baseplate.credentials.find(found["AWS_ACCESS_KEY_ID"])
    assert credential is None or ":assumed-role/SageMakerExecutionRole/" in credential.principal


def test_several_hosts_know_and_reach_each_other(account: Any) -> None:
    script = (
        "import json, socket, pathlib\n"
        "me = json.load(open('/opt/ml/input/config/resourceconfig.json'))['current_host']\n"
        "if me == 'algo-1':\n"
        "    with socket.create_server(('algo-1', 7777)) as server:\n"
        "        peer, address = server.accept()\n"
        "        pathlib.Path('/opt/ml/model/heard').write_bytes(peer.recv(100))\n"
        "else:\n"
        "    import time\n"
        "    for _ in range(500):\n"
        "        try: s = socket.create_connection(('algo-1', 7777)); break\n"
        "        except OSError: time.sleep(0.02)\n"
        "    s.sendall(me.encode())\n"
        "    pathlib.Path('/opt/ml/model/said').write_text('it')\n"
    )
    job = account.train(
        run=script,
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1},
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert account.members("out/job/output/model.tar.gz") == {"heard": b"algo-2", "said": b"it"}


def test_one_failing_host_stops_the_others(account: Any) -> None:
    script = (
        "import json, signal\n"
        "me = json.load(open('/opt/ml/input/config/resourceconfig.json'))['current_host']\n"
        "if me == 'algo-1': signal.pause()\n"
        "raise RuntimeError('second host is broken')\n"
    )
    job = account.train(
        run=script,
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1},
    )
    assert job["TrainingJobStatus"] == "Failed"
    assert "second host is broken" in job["FailureReason"]


def test_checkpoints_come_and_go(account: Any) -> None:
    account.put("checkpoints/epoch-1", "one")
    script = (
        "import pathlib\n"
        "folder = pathlib.Path('/opt/ml/checkpoints')\n"
        "assert (folder / 'epoch-1').read_text() == 'one'\n"
        "(folder / 'epoch-2').write_text('two')\n"
    )
    job = account.train(run=script, CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"})
    assert job["TrainingJobStatus"] == "Completed", job
    assert account.get("checkpoints/epoch-2") == b"two"


def test_artifacts_without_compression(account: Any) -> None:
    job = account.train(
        run=ANSWER,
        OutputDataConfig={"S3OutputPath": "s3://bucket/out/", "CompressionType": "NONE"},
    )
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://bucket/out/job/output/model/"
    assert account.keys("out/") == ["out/job/output/model/answer"]


def test_input_that_is_only_read_cannot_be_written(account: Any) -> None:
    account.put("data/a", "kept")
    script = (
        "import os\n"
        "path = '/opt/ml/input/data/train/a'\n"
        "assert open(path).read() == 'kept'\n"
        "for attempt in (lambda: os.chmod(path, 0o777), lambda: open(path, 'w'), lambda: os.remove(path)):\n"
        "    try: attempt()\n"
        "    except OSError: continue\n"
        "    raise SystemExit('written')\n"
    )
    job = account.train(
        run=script,
        InputDataConfig=[account.channel("train", "s3://bucket/data/", InputMode="FastFile")],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert account.get("data/a") == b"kept"


def test_a_job_may_write_to_its_copy_of_an_input(account: Any) -> None:
    account.put("data/a", "kept")
    script = "open('/opt/ml/input/data/train/a', 'w').write('spoilt')"
    job = account.train(
        run=script,
        InputDataConfig=[account.channel("train", "s3://bucket/data/")],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert account.get("data/a") == b"kept"


def test_links_that_lead_out_of_the_job_are_not_followed(account: Any) -> None:
    script = (
        "import os, shutil\n"
        "os.symlink('/etc/passwd', '/opt/ml/output/failure')\n"
        "shutil.rmtree('/opt/ml/model'); os.symlink('/etc', '/opt/ml/model')\n"
        "raise SystemExit(1)\n"
    )
    job = account.train(run=script)
    assert "root:" not in job["FailureReason"]
    job = account.train("other", run=script.replace("SystemExit(1)", "SystemExit(0)"))
    assert job["TrainingJobStatus"] == "Completed"
    assert account.members("out/other/output/model.tar.gz") == {}


def test_nothing_of_a_job_stays_on_the_disk(account: Any) -> None:
    account.train(run=ANSWER)
    folder = account.baseplate.data / "jobs"
    account.wait_until(lambda: not list(folder.iterdir()))


def test_the_third_sdk_generations_driver_runs_as_it_is(account: Any) -> None:
    """Its shell script has no interpreter line, needs bash, is made executable in place, and looks for pip3."""
    driver = 'if [[ -n "$(command -v pip3)" ]]; then cd /opt/ml/input/data/code && python3 train.py; fi\n'
    account.put("job/input/sm_drivers/sm_train.sh", driver)
    account.put("job/input/code/train.py", ANSWER)
    path = "/opt/ml/input/data/sm_drivers/sm_train.sh"
    job = account.train(
        AlgorithmSpecification={
            "ContainerEntrypoint": ["/bin/bash"],
            "ContainerArguments": ["-c", f"chmod +x {path} && {path}"],
        },
        InputDataConfig=[
            account.channel("code", "s3://bucket/job/input/code", InputMode="File"),
            account.channel("sm_drivers", "s3://bucket/job/input/sm_drivers", InputMode="File"),
        ],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert account.members("out/job/output/model.tar.gz") == {"answer": b"42"}
