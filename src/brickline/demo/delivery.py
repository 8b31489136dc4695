"""Stages 3 to 5: a push is built, and the build runs the training pipeline or the serving pipeline."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from brickline.cli import new
from brickline.demo import flights
from brickline.demo.account import ENDPOINT, Account
from brickline.demo.load import Load
from brickline.demo.serving import TOMORROW, predict
from brickline.templates.common import cicd

MORE_DAYS = "2013-12-14"
_HELLO = """version: 0.2
phases:
  build:
    commands:
      - echo "Hello from $CODEBUILD_BUILD_ID, which builds commit $CODEBUILD_RESOLVED_SOURCE_VERSION"
"""
_ASKED = 10
"""Flights that each request of the load asks about."""
_AFTERWARDS = 2.0
"""Seconds for which the load goes on, once version 2 is there."""
_AUTHOR = ("-c", "user.name=Demo", "-c", "user.email=demo@localhost")
_FINAL = ("Succeeded", "Failed", "Stopped", "Superseded")


def hello(account: Account) -> None:
    account.title("Stage 3: CI/CD hello world; git push -> CodeCommit -> CodePipeline -> CodeBuild")
    folder = account.repositories / "hello"
    folder.mkdir(parents=True)
    (folder / "buildspec.yml").write_text(_HELLO)
    new.commit(folder)
    push_and_join(account, folder)
    said = account.wait_for(lambda: _said(account, "hello", "Hello from"), "the build's greeting")
    account.say(said)


def train_by_push(account: Account, repository: Path, days: list[str]) -> None:
    account.title(f"Stage 4: CI/CD for training; the flights until {MORE_DAYS}, and more rounds, by git push")
    account.write_manifest([day for day in days if day <= MORE_DAYS])
    configure(repository, "More rounds", Rounds=80)
    push_and_join(account, repository)
    account.tell_newest()


def serve_by_push(account: Account, repository: Path) -> None:
    account.title("Stage 5: CI/CD for serving; version 2 takes over by git push, while clients go on asking")
    version = account.approve_newest()
    configure(repository, f"Serve version {version}", Version=version)
    with Load(account.runtime, ENDPOINT, flights.features(TOMORROW).first(_ASKED)) as load:
        push_and_join(account, repository)
        time.sleep(_AFTERWARDS)
    account.say(str(load))
    predict(account)


def configure(repository: Path, message: str, **parameters: Any) -> None:
    """Commit other parameters to a repository's config.json; a commit all the same where they are what they were."""
    file = repository / "config.json"
    config = json.loads(file.read_text())
    config["Parameters"].update(parameters)
    file.write_text(json.dumps(config, indent=2) + "\n")
    _git(repository, *_AUTHOR, "commit", "--allow-empty", "--quiet", "--all", "-m", message)


def push_and_join(account: Account, repository: Path) -> None:
    """Push to a repository, make the CI/CD around it, and follow what that starts."""
    name = repository.name
    push(account, repository)
    made = cicd.make(name)
    account.say(f"joined: CodeCommit {name} -> CodePipeline {name} -> CodeBuild {name} ({made['pipeline']})")
    follow(account, name, "")


def push(account: Account, repository: Path) -> None:
    url = cicd.ensure_repository(account.codecommit, repository.name)
    _git(repository, "push", "--quiet", url, "main")


def newest(account: Account, name: str) -> str:
    """The id of a CodePipeline's newest execution; "" where it has none."""
    found = account.codepipeline.list_pipeline_executions(pipelineName=name, maxResults=1)["pipelineExecutionSummaries"]
    return str(found[0]["pipelineExecutionId"]) if found else ""


def follow(account: Account, name: str, before: str) -> str:
    """Show the execution of a CodePipeline that comes after `before` until it has succeeded; gives its id."""

    def after() -> str | None:
        found = newest(account, name)
        return found if found != before else None

    execution = account.wait_for(after, f"an execution of the CodePipeline {name}")
    started, told = time.monotonic(), dict[str, str]()
    while True:
        status = account.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        for action in reversed(_actions(account, name, execution)):
            if told.get(action["actionName"]) != action["status"]:
                told[action["actionName"]] = action["status"]
                account.say(f"{action['actionName']:<16} {action['status']:<10} {_outcome(action)}")
        if (state := status["pipelineExecution"]["status"]) in _FINAL:
            break
        time.sleep(0.2)
    account.say(f"{state} in {time.monotonic() - started:.1f} s")
    if state != "Succeeded":
        raise SystemExit(f"brickline logs {name}  shows what happened")
    return execution


def _actions(account: Account, name: str, execution: str) -> list[dict[str, Any]]:
    found = account.codepipeline.list_action_executions(pipelineName=name, filter={"pipelineExecutionId": execution})
    actions: list[dict[str, Any]] = found["actionExecutionDetails"]
    return actions


def _outcome(action: dict[str, Any]) -> str:
    result = action.get("output", {}).get("executionResult", {})
    if message := result.get("externalExecutionSummary"):
        return str(message).splitlines()[0]
    return str(result.get("externalExecutionId", ""))


def _said(account: Account, project: str, text: str) -> str | None:
    """The line of a build's log that begins so."""
    events = account.logs.filter_log_events(logGroupName=f"/aws/codebuild/{project}", filterPattern=f'"{text}"')[
        "events"
    ]
    lines = (event["message"].strip() for event in events)
    return next((line for line in lines if line.startswith(text)), None)


def _git(repository: Path, *words: str) -> None:
    done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
