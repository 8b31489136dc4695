"""A server that goes and comes back: jobs carry on where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.accounts import killing

from brickline.bricks.sagemaker.jobs.hosts import Hosts
from brickline.bricks.sagemaker.jobs.life import JobLife

WAITS_FOR_A_FILE = (
    "import os, pathlib, time\n"
    "print('begun', flush=True)\n"
    "while not os.path.exists('/opt/ml/checkpoints/go'): time.sleep(0.01)\n"
    "pathlib.Path('/opt/ml/model/answer').write_text('42')\n"
    "print('done', flush=True)\n"
)


def test_training_goes_on_without_a_server(account: Any, make_account: Callable[[], Any]) -> None:
    request = account.training_request(run=WAITS_FOR_A_FILE, CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"})
    account("CreateTrainingJob", **request)
    account.wait_for_log("Training", "job", "begun")
    account.baseplate.close()
    (folder,) = (account.baseplate.data / "jobs").iterdir()
    (folder / "files/opt/ml/checkpoints/go").touch()
    again = make_account()
    job = again.wait("Training", "job")
    assert job["TrainingJobStatus"] == "Completed", job
    assert again.members("out/job/output/model.tar.gz") == {"answer": b"42"}
    assert again.log("Training", "job") == ["begun", "done"]


@pytest.mark.parametrize(
    ("owner", "method", "after"),
    [
        (JobLife, "_prepare", False),
        (Hosts, "stage", False),
        (Hosts, "stage", True),
        (Hosts, "start", True),
        (JobLife, "_decide", False),
        (Hosts, "upload", False),
        (Hosts, "upload", True),
        (Hosts, "remove", False),
        (Hosts, "remove", True),
    ],
)
def test_a_kill_at_any_step_loses_nothing(
    account: Any,
    make_account: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    method: str,
    after: bool,
) -> None:
    with killing(monkeypatch, owner, method, after) as killed:
        account("CreateTrainingJob", **account.training_request(run="open('/opt/ml/model/a', 'w').write('b')"))
        account.wait_until(lambda: bool(killed))
        account.baseplate.close()
    again = make_account()
    job = again.wait("Training", "job")
    assert job["TrainingJobStatus"] == "Completed", job
    assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert again.members("out/job/output/model.tar.gz") == {"a": b"b"}
    statuses = [event["detail"]["SecondaryStatus"] for event in again.events("SageMaker Training Job State Change")]
    assert statuses == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    again.wait_until(lambda: not again.is_unfinished("Training", "job"))
