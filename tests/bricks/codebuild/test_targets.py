"""What starts builds besides clients, and what builds are the cause of."""

from __future__ import annotations

import json

import pytest
from tests.bricks.codebuild.conftest import Account, buildspec

from brickline.baseplate.resources import resource_by_arn
from brickline.baseplate.targets import Delivery


@pytest.mark.parametrize(
    ("payload", "version"),
    [
        ("", None),
        ('{"detail-type": "x", "sourceVersion": "not this"}', None),
        (json.dumps({"sourceVersion": "v1", "name": "ignored"}), "v1"),
    ],
)
def test_an_event_starts_a_build_once(account: Account, payload: str, version: str | None) -> None:
    arn = account.project()["arn"]
    start = account.baseplate.target(arn)
    assert start
    delivery = Delivery(arn, payload, token="token")
    context = account.baseplate.context(cause="event-id")
    assert start(context, delivery) == start(context, delivery)
    (build_id,) = account("ListBuilds")["ids"]
    build = account.get(build_id)
    assert build.get("sourceVersion") == version
    found = resource_by_arn(account.baseplate.store, build["arn"])
    assert found
    assert found.cause == "event-id"


def test_a_builds_credentials_carry_it_as_the_cause(account: Account) -> None:
    account.project()
    build = account.start(
        buildspecOverride=buildspec("echo $AWS_ACCESS_KEY_ID; echo key ${AWS_ACCESS_KEY_ID:4}; sleep 100")
    )
    account.wait_until(lambda: any(line.startswith("key ") for line in account.output(build)))
    shown, key = account.output(build)
    assert shown == "***"
    credential = account.baseplate.credentials.find(f"ASIA{key.removeprefix('key ')}")
    assert credential
    assert credential.cause == build["arn"]
    uuid = build["id"].partition(":")[2]
    role = "arn:aws:sts::123456789012:assumed-role/MLOps-CodeBuildRole"
    assert credential.principal == f"{role}/AWSCodeBuild-{uuid}"
    account("StopBuild", id=build["id"])


def test_the_owner_of_a_build_is_woken_at_its_end(account: Account) -> None:
    """As CodePipeline waits: `account.wait` looks only when it is told."""
    account.project()
    assert account.wait(account.start()["id"])["buildComplete"]
