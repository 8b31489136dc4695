"""Builds, run for real."""

from __future__ import annotations

from tests.bricks.codebuild.conftest import Account, buildspec, phase


def test_a_build_runs_its_commands_and_tells_of_every_phase(account: Account) -> None:
    build = account.build(buildspec("echo hello", "python --version"))
    assert build["buildStatus"] == "SUCCEEDED", account.log(build)
    assert [one["phaseType"] for one in build["phases"]] == [
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
        "DOWNLOAD_SOURCE",
        "INSTALL",
        "PRE_BUILD",
        "BUILD",
        "POST_BUILD",
        "UPLOAD_ARTIFACTS",
        "FINALIZING",
        "COMPLETED",
    ]
    assert account.output(build)[0] == "hello"
    assert phase(build, "BUILD")["contexts"] == [{"statusCode": "", "message": ""}]


def test_a_failing_command_is_named_with_its_exit_code(account: Account) -> None:
    build = account.build(buildspec("true", "exit 3", "echo never"))
    assert build["buildStatus"] == "FAILED"
    message = "Error while executing command: exit 3. Reason: exit status 3"
    assert phase(build, "BUILD")["contexts"] == [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": message}]
    assert phase(build, "POST_BUILD")["phaseStatus"] == "SUCCEEDED"
    assert "never" not in account.output(build)


def test_commands_share_one_shell(account: Account) -> None:
    build = account.build(
        buildspec("cd /tmp && export A=1; B=2", "f() { echo $A $B $PWD; }", "exit 0", "f", "set -u; false || :", "f")
    )
    assert account.output(build) == ["1 2 /tmp", "1 2 /tmp"]
    assert build["buildStatus"] == "SUCCEEDED"


def test_events_tell_of_states_and_phases(account: Account) -> None:
    build = account.build(buildspec("true"))
    changes = [event["detail"]["build-status"] for event in account.events()]
    assert changes == ["IN_PROGRESS", "SUCCEEDED"]
    phases = [event["detail"]["completed-phase"] for event in account.events("CodeBuild Build Phase Change")]
    assert phases == [one["phaseType"] for one in build["phases"]][:-1]


def test_a_stopped_build_is_stopped_at_once(account: Account) -> None:
    account.project()
    build = account.start(buildspecOverride=buildspec("trap '' TERM; echo up; sleep 1000"))
    account.wait_for_log(build, "up")
    stopped = account("StopBuild", id=build["id"])["build"]
    assert (stopped["buildStatus"], stopped["currentPhase"]) == ("STOPPED", "COMPLETED")
    assert phase(stopped, "BUILD")["phaseStatus"] == "STOPPED"
    assert account("StopBuild", id=build["id"])["build"] == account.get(build["id"])
