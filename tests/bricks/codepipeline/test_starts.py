"""What starts executions, and what they know of it."""

from __future__ import annotations

import json

import pytest
from tests.bricks.codepipeline.conftest import (
    KEY,
    SOURCE,
    Account,
    action,
    deploy,
    manual,
    pipeline,
    source,
    stage,
)

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused


def polling() -> Shape:
    declared = pipeline(stage("Deploy", deploy()))
    configuration = {"S3Bucket": SOURCE, "S3ObjectKey": KEY}
    declared["stages"][0]["actions"] = [source(configuration=configuration)]
    return declared


def test_a_new_object_starts_a_pipeline_that_polls_once(account: Account) -> None:
    account.wait(account.create(polling()))
    version = account.push({"index.html": "second"})
    account.wait_until(lambda: len(account.executions()) == 2)
    execution = account.executions()[0]
    assert account.wait(execution["pipelineExecutionId"])["status"] == "Succeeded", account.history()[-1]["output"]
    found = account.executions()[0]
    assert found["trigger"]["triggerType"] == "PollForSourceChanges"
    assert found["sourceRevisions"][0]["revisionId"] == version
    assert account.object("index.html") == b"second"
    assert len(account.executions()) == 2


def test_a_rule_starts_its_target_with_the_rule_in_the_trigger(account: Account) -> None:
    account.wait(account.create(pipeline(stage("Deploy", deploy()))))
    rule = account.context.call("events", "PutRule", Name="go", EventPattern='{"source":["mine"]}')["RuleArn"]
    arn = account.context.arn("codepipeline", "pipe")
    account.context.call(
        "events", "PutTargets", Rule="go", Targets=[{"Id": "1", "Arn": arn, "RoleArn": "arn:aws:iam::1:role/r"}]
    )
    entry = {"Source": "mine", "DetailType": "x", "Detail": "{}"}
    account.context.call("events", "PutEvents", Entries=[entry])
    account.wait_until(lambda: len(account.executions()) == 2)
    found = account.executions()[0]
    assert found["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": rule}


def test_a_token_starts_once(account: Account) -> None:
    account.wait(account.create(pipeline(stage("Deploy", deploy()))))
    first = account.start(clientRequestToken="token-1")
    assert account.start(clientRequestToken="token-1") == first
    assert account.start(clientRequestToken="token-2") != first


def test_a_start_may_name_the_version_of_the_source(account: Account) -> None:
    old = account.push({"index.html": "old"})
    account.push({"index.html": "new"})
    account.wait(account.create(pipeline(stage("Deploy", deploy()))))
    assert account.object("index.html") == b"new"
    revision = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}
    account.wait(account.start(sourceRevisions=[revision]))
    assert account.object("index.html") == b"old"


def test_variables_reach_the_configuration_of_actions(account: Account) -> None:
    text = "#{variables.Stage} #{Code.VersionId} #{codepipeline.PipelineExecutionId}"
    declared = pipeline(
        stage("Approve", manual(configuration={"CustomData": text})),
        pipelineType="V2",
        variables=[{"name": "Stage", "defaultValue": "dev"}],
    )
    declared["stages"][0]["actions"] = [source(namespace="Code")]
    account.create(declared)
    execution = account.start(variables=[{"name": "Stage", "value": "prod"}])
    account.wait_for_approval(account.executions()[1]["pipelineExecutionId"])
    account.approve(account.action("Approve", "Manual")["token"])
    account.wait_for_approval(execution)
    asked = account.history()[-1]["input"]
    version = account.get(execution)["artifactRevisions"][0]["revisionId"]
    assert asked["resolvedConfiguration"]["CustomData"] == f"prod {version} {execution}"
    assert asked["configuration"]["CustomData"] == text
    assert account.get(execution)["variables"] == [{"name": "Stage", "resolvedValue": "prod"}]
    with pytest.raises(Refused, match="ValidationException"):
        account.start(variables=[{"name": "Other", "value": "x"}])


def test_a_variable_that_nothing_set_fails_the_action(account: Account) -> None:
    declared = pipeline(stage("Approve", manual(configuration={"CustomData": "#{Code.Nothing}"})))
    declared["stages"][0]["actions"] = [source(namespace="Code")]
    execution = account.create(declared)
    assert account.wait(execution)["status"] == "Failed"
    assert "#{Code.Nothing}" in json.dumps(account.action("Approve", "Manual")["errorDetails"])


def test_executions_know_what_caused_them(account: Account) -> None:
    account.wait(account.create(polling()))
    account.push({"index.html": "second"})
    account.wait_until(lambda: len(account.executions()) == 2)
    written = [event for event in account.baseplate.bus.events() if event["detail-type"] == "Object Created"]
    started = [event for event in account.changes("Pipeline") if event["detail"]["state"] == "STARTED"]
    assert started[-1]["cause"] == written[-1]["id"] or any(event["id"] == started[-1]["cause"] for event in written)


def pushed(account: Account, branch: str, commit: str = "c" * 40, **members: str) -> None:
    """CodeCommit's event of a push."""
    detail = {
        "event": "referenceUpdated",
        "repositoryName": "code",
        "referenceType": "branch",
        "referenceName": branch,
        "commitId": commit,
        **members,
    }
    arn = account.context.arn("codecommit", "code")
    account.context.emit("aws.codecommit", "CodeCommit Repository State Change", [arn], detail)


def git_source(provider: str, **configuration: str) -> Shape:
    made = action("Source", "Source", provider, outputArtifacts=[{"name": "SourceArtifact"}])
    return {**made, "configuration": {"BranchName": "main", **configuration}}


def started(account: Account, declared: Shape) -> list[Shape]:
    """What pushes of two branches and a tag start, beside the execution that a new pipeline begins."""
    account.create(declared)
    pushed(account, "other")
    pushed(account, "main")
    pushed(account, "v1", referenceType="tag")
    last = list(account.baseplate.bus.events())[-1]["seq"]
    account.wait_until(lambda: account.place() >= last)
    return account.executions()[:-1]


def test_a_push_of_the_branch_starts_a_pipeline_that_polls(account: Account) -> None:
    declared = pipeline(stage("Deploy", deploy()))
    declared["stages"][0]["actions"] = [git_source("CodeCommit", RepositoryName="code")]
    (found,) = started(account, declared)
    assert found["trigger"]["triggerType"] == "PollForSourceChanges"


def test_a_push_starts_nothing_where_polling_is_off(account: Account) -> None:
    declared = pipeline(stage("Deploy", deploy()))
    declared["stages"][0]["actions"] = [git_source("CodeCommit", RepositoryName="code", PollForSourceChanges="false")]
    assert started(account, declared) == []


def connected(*push: Shape) -> Shape:
    git = {"sourceActionName": "Source", "push": list(push)}
    triggers = [{"providerType": "CodeStarSourceConnection", "gitConfiguration": git}]
    declared = pipeline(stage("Deploy", deploy()), pipelineType="V2", **({"triggers": triggers} if push else {}))
    declared["stages"][0]["actions"] = [
        git_source("CodeStarSourceConnection", ConnectionArn="arn:aws:x", FullRepositoryId="me/code")
    ]
    return declared


@pytest.mark.parametrize(
    ("push", "count"),
    [
        ((), 1),
        (({"branches": {"includes": ["**"]}},), 2),
        (({"branches": {"includes": ["**"], "excludes": ["main"]}},), 1),
        (({"tags": {"includes": ["v*"]}},), 1),
        (({"tags": {"includes": ["v*"]}}, {"branches": {"includes": ["*"]}}), 3),
        (({"branches": {"includes": ["nowhere"]}},), 0),
    ],
)
def test_a_trigger_starts_what_passes_its_filters(account: Account, push: tuple[Shape, ...], count: int) -> None:
    found = started(account, connected(*push))
    assert [one["trigger"]["triggerType"] for one in found] == ["WebhookV2"] * count


def test_a_trigger_may_ask_for_files(account: Account) -> None:
    """The repository of CodeCommit stands in for the connection's."""

    def commit(path: str, parent: str = "") -> str:
        file = {"filePath": path, "fileContent": b"x"}
        request = {"repositoryName": "code", "branchName": "main", "putFiles": [file]}
        made = account.context.call(
            "codecommit", "CreateCommit", **request, **({"parentCommitId": parent} if parent else {})
        )
        return str(made["commitId"])

    account.context.call("codecommit", "CreateRepository", repositoryName="code")
    first = commit("readme")
    account.create(connected({"branches": {"includes": ["main"]}, "filePaths": {"includes": ["src/**"]}}))
    second = commit("docs/a", first)
    third = commit("src/a", second)
    account.wait_until(lambda: len(account.executions()) == 2)
    found = account.executions()[0]
    assert found["trigger"]["triggerType"] == "WebhookV2"
    account.wait_until(lambda: account.executions()[0]["status"] != "InProgress")
    assert third not in (first, second)
    assert len(account.executions()) == 2
