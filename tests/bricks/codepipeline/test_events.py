"""Events, to the field."""

from __future__ import annotations

from tests.bricks.codepipeline.conftest import SITE, STORE, Account, deploy, pipeline, stage


def test_every_change_of_state_is_told(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    account.wait(execution)
    told = [
        (
            event["detail-type"].split()[1],
            event["detail"].get("stage"),
            event["detail"].get("action"),
            event["detail"]["state"],
        )
        for event in account.baseplate.bus.events()
        if event["source"] == "aws.codepipeline"
    ]
    assert told == [
        ("Pipeline", None, None, "STARTED"),
        ("Stage", "Source", None, "STARTED"),
        ("Action", "Source", "Source", "STARTED"),
        ("Action", "Source", "Source", "SUCCEEDED"),
        ("Stage", "Source", None, "SUCCEEDED"),
        ("Stage", "Deploy", None, "STARTED"),
        ("Action", "Deploy", "Deploy", "STARTED"),
        ("Action", "Deploy", "Deploy", "SUCCEEDED"),
        ("Stage", "Deploy", None, "SUCCEEDED"),
        ("Pipeline", None, None, "SUCCEEDED"),
    ]


def test_a_pipelines_event_names_its_trigger(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    account.wait(execution)
    event = account.changes("Pipeline")[0]
    start = event["detail"].pop("start-time")
    assert start.endswith("Z")
    assert event["resources"] == [account.context.arn("codepipeline", "pipe")]
    assert event["detail"] == {
        "pipeline": "pipe",
        "execution-id": execution,
        "execution-trigger": {"trigger-type": "CreatePipeline", "trigger-detail": account.context.principal},
        "state": "STARTED",
        "version": 1.0,
        "pipeline-execution-attempt": 0.0,
    }


def test_an_actions_event_has_its_artifacts_and_its_result(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    account.wait(execution)
    source, deployed = [
        event["detail"] for event in account.changes("Action") if event["detail"]["state"] == "SUCCEEDED"
    ]
    (artifact,) = source["output-artifacts"]
    assert artifact["name"] == "SourceArtifact"
    assert artifact["s3location"]["bucket"] == STORE
    assert "input-artifacts" not in source
    assert deployed["input-artifacts"] == [artifact]
    assert deployed["type"] == {"owner": "AWS", "provider": "S3", "category": "Deploy", "version": "1"}
    assert deployed["execution-result"]["external-execution-id"] == SITE
    assert deployed["region"] == "us-east-1"
    assert set(deployed) == {
        "pipeline",
        "execution-id",
        "start-time",
        "stage",
        "action",
        "action-execution-id",
        "state",
        "region",
        "type",
        "version",
        "pipeline-execution-attempt",
        "input-artifacts",
        "execution-result",
    }


def test_events_are_caused_by_their_execution(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    account.wait(execution)
    arn = account.context.arn("codepipeline", f"pipe/execution/{execution}")
    assert {event["cause"] for event in account.changes("Action")} == {arn}
