"""What builds do when something is odd: failures, retries, limits, daemons, floods."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from tests.bricks.codebuild.conftest import IMAGE, Account, buildspec, phase

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codebuild import admission, life


def phased(**phases: str) -> str:
    """A buildspec of whole phases, each as YAML text in one line."""
    return "version: 0.2\nphases:\n" + "".join(f"  {name}: {text}\n" for name, text in phases.items())


def statuses(build: Shape) -> dict[str, str]:
    of_guest = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS")
    return {one["phaseType"]: one["phaseStatus"] for one in build["phases"] if one["phaseType"] in of_guest}


@pytest.mark.parametrize(
    ("failing", "run"),
    [
        ("install", ["INSTALL"]),
        ("pre_build", ["INSTALL", "PRE_BUILD"]),
        ("build", ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS"]),
        ("post_build", ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS"]),
    ],
)
def test_which_phases_follow_one_that_fails(account: Account, failing: str, run: list[str]) -> None:
    build = account.build(
        phased(
            **{failing: "{commands: ['false']}", **({"build": "{commands: ['true']}"} if failing != "build" else {})}
        )
    )
    assert build["buildStatus"] == "FAILED"
    assert [*statuses(build)] == run
    assert statuses(build)[failing.upper()] == "FAILED"


def test_on_failure_and_finally(account: Account) -> None:
    build = account.build(
        phased(
            install="{on-failure: CONTINUE, commands: ['false', echo no], finally: [echo finally]}",
            build="{on-failure: ABORT, commands: ['false'], finally: ['echo $CODEBUILD_BUILD_SUCCEEDING', 'false']}",
            post_build="{commands: [echo never]}",
        )
    )
    assert account.output(build) == ["finally", "0"]
    assert statuses(build) == {"INSTALL": "FAILED", "PRE_BUILD": "SUCCEEDED", "BUILD": "FAILED"}


def test_a_build_that_only_failed_where_it_may_go_on_succeeds(account: Account) -> None:
    build = account.build(phased(build="{on-failure: CONTINUE, commands: ['false']}"))
    assert (build["buildStatus"], statuses(build)["BUILD"]) == ("SUCCEEDED", "FAILED")


def test_on_failure_retries(account: Account) -> None:
    command = "echo x >> n; [ $(wc -l < n) = 3 ]"
    build = account.build(phased(build=f"{{on-failure: RETRY-2, commands: ['{command}']}}"))
    assert build["buildStatus"] == "SUCCEEDED", account.log(build)
    build = account.build(phased(build=f"{{on-failure: RETRY-5-never this, commands: ['{command}']}}"))
    assert build["buildStatus"] == "FAILED"


def test_a_shell_of_version_0_1_is_new_for_each_command(account: Account) -> None:
    spec = "version: 0.1\nphases:\n  build:\n    commands: ['export A=1; cd /', 'echo [$A] $(basename $PWD)']\n"
    assert account.output(account.build(spec)) == ["[] src"]


def test_finally_knows_that_the_build_fails_in_either_version(account: Account) -> None:
    for version in ("0.1", "0.2"):
        phase_text = "{commands: ['exit 1'], finally: [echo $CODEBUILD_BUILD_SUCCEEDING]}"
        build = account.build(f"version: {version}\nphases: {{build: {phase_text}}}\n")
        assert account.output(build) == ["0"], version


def test_what_a_command_sees(account: Account) -> None:
    account.project(
        environment={
            "type": "LINUX_CONTAINER",
            "image": IMAGE,
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [
                {"name": "A", "value": "project"},
                {"name": "B", "value": "project"},
                {"name": "AWS_ACCOUNT_ID", "value": "1"},
            ],
        }
    )
    lines = """
        echo $A $B $C $AWS_ACCOUNT_ID
        echo $CODEBUILD_BUILD_ID $CODEBUILD_BUILD_NUMBER $CODEBUILD_BUILD_SUCCEEDING $CI
        echo $AWS_REGION $AWS_DEFAULT_REGION ${AWS_SESSION_TOKEN:+session}
        read line || echo no input
        pwd; echo $HOME
        command -v git aws pip python3 uv | wc -l
        """
    env = "  variables: {A: buildspec, B: buildspec, C: 'literal $A'}\n"
    build = account.build(
        buildspec(*dedent(lines).strip().splitlines(), env=env),
        environmentVariablesOverride=[{"name": "B", "value": "start"}],
    )
    assert account.output(build) == [
        "project start literal $A 1",
        f"{build['id']} 1 1 true",
        "us-east-1 us-east-1 session",
        "no input",
        "/codebuild/output/src000000001/src",
        "/root",
        "5",
    ]
    names = {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]}
    assert names == {"A": "project", "B": "start", "AWS_ACCOUNT_ID": "1"}


def test_exported_variables_are_in_the_build(account: Account) -> None:
    spec = buildspec("export VERSION=$((6*7)); OWN='two\nlines'", env="  exported-variables: [VERSION, OWN, NONE]\n")
    build = account.build(spec)
    exported = {one["name"]: one["value"] for one in build["exportedEnvironmentVariables"]}
    assert exported == {"VERSION": "42", "OWN": "two\nlines"}


def test_secrets_that_cannot_be_had_fail_the_download(account: Account) -> None:
    build = account.build(buildspec("true", env="  parameter-store: {P: /a/b}\n"))
    context = phase(build, "DOWNLOAD_SOURCE")["contexts"][0]
    assert context["message"].startswith("Parameter Store request error: /a/b: ssm: there is no such service here")


def test_an_unknown_runtime_version_is_a_fault_of_the_file(account: Account) -> None:
    build = account.build("version: 0.2\nphases: {install: {runtime-versions: {python: latest-ish}}}\n")
    context = phase(build, "DOWNLOAD_SOURCE")["contexts"][0]
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert context["message"].startswith("Unknown runtime version named 'latest-ish' of python. This build image has")


def test_a_buildspec_that_is_not_there(account: Account) -> None:
    account.put("empty/x", "x")
    account.project(source={"type": "S3", "location": "bucket/empty/"})
    context = phase(account.wait(account.start()["id"]), "DOWNLOAD_SOURCE")["contexts"][0]
    message = "stat /codebuild/output/src000000001/src/buildspec.yml: no such file or directory"
    assert context == {"statusCode": "YAML_FILE_ERROR", "message": message}


def test_an_image_that_nobody_knows(account: Account) -> None:
    build = account.build(buildspec("true"), imageOverride="mine/strange:1.0")
    assert phase(build, "PROVISIONING")["contexts"][0]["statusCode"] == "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE"


def test_a_daemon_ends_with_the_build(account: Account) -> None:
    build = account.build(buildspec("nohup sleep 1000 > /dev/null 2>&1 &", "(trap '' TERM HUP; sleep 1000) & disown"))
    assert build["buildStatus"] == "SUCCEEDED"


def test_a_package_that_does_not_exist_fails_the_phase(account: Account) -> None:
    build = account.build(phased(install="{commands: [pip install --no-index no-such-package-anywhere]}"))
    assert build["buildStatus"] == "FAILED"
    assert "Reason: exit status 1" in phase(build, "INSTALL")["contexts"][0]["message"]
    assert any("no-such-package-anywhere" in line for line in account.output(build))


def test_a_flood_of_output_is_shipped_and_can_be_stopped(account: Account) -> None:
    line = "x" * 999
    build = account.build(buildspec(f"yes {line} | head -n 8000"))
    assert (build["buildStatus"], len(account.output(build))) == ("SUCCEEDED", 8000)
    build = account.start(buildspecOverride=buildspec(f"yes {line}"))
    account.wait_for_log(build, line)
    account("StopBuild", id=build["id"])
    account.wait_until(lambda: not account.is_unfinished(build))


def test_docker_says_why_it_cannot(account: Account) -> None:
    build = account.build(buildspec("docker build ."))
    assert any("Cannot connect to the Docker daemon" in line for line in account.output(build))
    assert build["buildStatus"] == "FAILED"


def test_a_build_that_takes_too_long(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "MINUTE", 0.2)
    build = account.build(buildspec("trap '' TERM; echo up; sleep 1000"), timeoutInMinutesOverride=5)
    assert (build["buildStatus"], phase(build, "BUILD")["phaseStatus"]) == ("TIMED_OUT", "TIMED_OUT")


def test_builds_wait_for_room_and_then_run(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "AT_ONCE", 1)
    account.project()
    first = account.start(buildspecOverride=buildspec("until [ -e /tmp/go ]; do sleep 0.05; done"))
    account.wait_until(lambda: account.get(first["id"])["currentPhase"] == "BUILD")
    second = account.start()
    assert account.get(second["id"])["currentPhase"] == "QUEUED"
    account("StopBuild", id=first["id"])
    assert account.wait(second["id"])["buildStatus"] == "SUCCEEDED"


def test_a_build_that_waits_too_long_is_timed_out(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "AT_ONCE", 0)
    monkeypatch.setattr(life, "MINUTE", 0.02)
    build = account.build(buildspec("true"), queuedTimeoutInMinutesOverride=5)
    assert (build["buildStatus"], phase(build, "QUEUED")["phaseStatus"]) == ("TIMED_OUT", "TIMED_OUT")


def test_a_projects_own_limit_refuses_more(account: Account) -> None:
    account.project(concurrentBuildLimit=1)
    build = account.start(buildspecOverride=buildspec("sleep 1000"))
    with pytest.raises(Refused) as raised:
        account.start()
    assert raised.value.code == "AccountLimitExceededException"
    account("StopBuild", id=build["id"])
    account.start()


def test_a_token_starts_one_build(account: Account) -> None:
    account.project()
    ids: set[Any] = {account.start(idempotencyToken="once")["id"] for _ in range(3)}
    assert len(ids) == 1


def test_a_build_is_retried_as_it_was_started(account: Account) -> None:
    build = account.build(buildspec("echo $X"), environmentVariablesOverride=[{"name": "X", "value": "again"}])
    second = account.wait(account("RetryBuild", id=build["id"])["build"]["id"])
    assert account.output(second) == ["again"]
    assert second["buildNumber"] == 2


def test_a_build_that_fails_may_be_retried_by_itself(account: Account) -> None:
    account.project(autoRetryLimit=1)
    first = account.build(buildspec("false"))
    account.wait_until(lambda: len(account("ListBuilds")["ids"]) == 2)
    second_id = account("ListBuilds")["ids"][0]
    account.wait_until(lambda: bool(account.get(second_id)["buildComplete"]))
    second = account.get(second_id)
    assert account.get(first["id"])["autoRetryConfig"]["nextAutoRetry"] == second["arn"]
    assert second["autoRetryConfig"] == {
        "autoRetryLimit": 1,
        "autoRetryNumber": 1,
        "previousAutoRetry": first["arn"],
    }
    account.wait_until(lambda: not account.is_unfinished(second))
    assert len(account("ListBuilds")["ids"]) == 2
