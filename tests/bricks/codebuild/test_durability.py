"""A server that goes and comes back: builds carry on where they were."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.accounts import killing
from tests.bricks.codebuild.conftest import Account, MakeAccount, buildspec, project_request

from brickline.bricks.codebuild.life import BuildLife
from brickline.bricks.codebuild.preparation import Preparation
from brickline.bricks.codebuild.sandboxes import Sandboxes
from brickline.runtimes import SandboxRuntime

_SERVER = """
import json, sys, time
from pathlib import Path
from brickline import bricks
from brickline.baseplate.house import Baseplate
from brickline.baseplate.settings import Settings

baseplate = Baseplate(Settings(data=Path(sys.argv[1])), bricks.makers())
baseplate.start()
context = baseplate.context()
context.call("codebuild", "CreateProject", **json.loads(sys.argv[2]))
build = context.call("codebuild", "StartBuild", projectName="project")["build"]
while True:
    phase = context.call("codebuild", "BatchGetBuilds", ids=[build["id"]])["builds"][0]["currentPhase"]
    if phase == "BUILD":
        break
    time.sleep(0.02)
print(build["id"], flush=True)
time.sleep(60)
"""
WAITS = buildspec("echo begun; until [ -e go ]; do sleep 0.02; done; echo done")


def test_a_build_goes_on_while_its_server_is_killed(tmp_path: Path, make_account: MakeAccount) -> None:
    request = json.dumps(project_request(source={"type": "NO_SOURCE", "buildspec": WAITS}))
    data = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(data), request], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        build_id = server.stdout.readline().strip()
        os.kill(server.pid, signal.SIGKILL)
    (folder,) = (data / "jobs").iterdir()
    (folder / "files/output/src000000001/src/go").touch()
    again = make_account()
    again.wait_until(lambda: again.get(build_id)["buildComplete"])
    build = again.get(build_id)
    assert build["buildStatus"] == "SUCCEEDED", build
    assert again.output(build) == ["begun", "done"]
    assert [event["detail"]["build-status"] for event in again.events()] == ["IN_PROGRESS", "SUCCEEDED"]


def test_a_build_that_ended_in_time_is_not_timed_out_by_a_late_server(
    account: Account, make_account: MakeAccount, later: Callable[[float], None]
) -> None:
    account.project()
    build = account.start(buildspecOverride=WAITS)
    account.wait_for_log(build, "begun")
    account.baseplate.close()
    (folder,) = (account.baseplate.data / "jobs").iterdir()
    (folder / "files/output/src000000001/src/go").touch()
    account.wait_until(lambda: SandboxRuntime().state(folder).phase == "ended")
    later(7200.0)
    again = make_account()
    again.wait_until(lambda: bool(again.get(build["id"])["buildComplete"]))
    assert again.get(build["id"])["buildStatus"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("owner", "method", "after"),
    [
        (BuildLife, "_provision", False),
        (Preparation, "prepare", False),
        (Preparation, "prepare", True),
        (Sandboxes, "job", True),
        (SandboxRuntime, "start", True),
        (BuildLife, "_upload", False),
        (BuildLife, "_finish", False),
        (BuildLife, "_clean", False),
        (SandboxRuntime, "forget", True),
    ],
)
def test_a_kill_at_any_step_loses_nothing(
    account: Account, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool
) -> None:
    with killing(monkeypatch, owner, method, after) as killed:
        account.project(artifacts={"type": "S3", "location": "bucket", "name": "made"})
        build = account.start(buildspecOverride=buildspec("echo once; touch file", artifacts="  files: file\n"))
        account.wait_until(lambda: bool(killed))
        account.baseplate.close()
    again = make_account()
    again.wait_until(lambda: not again.is_unfinished(build))
    done = again.get(build["id"])
    assert done["buildStatus"] == "SUCCEEDED", done
    assert again.output(done) == ["once"]
    assert again.keys() == ["made/file"]
    phases = [one["phaseType"] for one in done["phases"]]
    assert phases == list(dict.fromkeys(phases))
