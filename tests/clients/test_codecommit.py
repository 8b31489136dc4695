"""Plain git, and the aws command line with its credential helper, against CodeCommit."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.clients.harness import Server, client

GIT = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]


class Repository:
    """A repository on the server, and clones of it."""

    def __init__(self, server: Server, folder: Path, name: str) -> None:
        self.server = server
        self.folder = folder
        self.aws("create-repository", "--repository-name", name)
        self.name = name
        self.url = self.aws(
            "get-repository", "--repository-name", name, "--query", "repositoryMetadata.cloneUrlHttp"
        ).strip()

    def aws(self, *words: str) -> str:
        command = [str(client("awscli") / "aws"), "codecommit", *words, "--output", "text"]
        return self.server.run(command).stdout

    def git(self, *words: str, at: str = "work", fails: bool = False, **environment: str) -> str:
        done = subprocess.run(
            [*GIT, *words],
            cwd=self.folder / at if at else self.folder,
            env={**self.server.environment, "GIT_TERMINAL_PROMPT": "0", **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def write(self, path: str, data: bytes, at: str = "work") -> None:
        (self.folder / at / path).write_bytes(data)
        self.git("add", "--all", at=at)
        self.git("commit", "-qm", path, at=at)


@pytest.fixture
def repository(server: Server, tmp_path: Path, request: Any) -> Repository:
    name = request.node.name.replace("_", "-")[:90]
    made = Repository(server, tmp_path, name)
    made.git("clone", "-q", made.url, "work", at="")
    return made


def test_a_plain_push_and_clone_work(repository: Repository) -> None:
    repository.write("a.txt", b"a")
    repository.write("large.bin", os.urandom(5 << 20))
    repository.git("push", "-q", "origin", "HEAD")
    repository.git("clone", "-q", repository.url, "again", at="")
    assert (repository.folder / "again" / "a.txt").read_bytes() == b"a"
    repository.git("clone", "-q", "--depth", "1", repository.url, "shallow", at="")
    assert repository.git("rev-list", "--count", "HEAD", at="shallow").strip() == "1"
    repository.git("tag", "-a", "v1", "-m", "v1")
    repository.git("push", "-q", "origin", "v1", "HEAD:refs/heads/--upload-pack=x")
    repository.git("commit", "-q", "--amend", "-m", "another")
    assert "rejected" in repository.git("push", "origin", "HEAD", fails=True)
    repository.git("push", "-q", "--force", "origin", "HEAD")
    branches = repository.aws("list-branches", "--repository-name", repository.name)
    assert branches.split() == ["BRANCHES", "--upload-pack=x", "BRANCHES", "master"]
    assert "prohibited" in repository.git("push", "origin", "--delete", "master", fails=True)


def test_addresses_of_aws_work_with_either_helper(repository: Repository) -> None:
    repository.write("a.txt", b"a")
    repository.git("push", "-q", "origin", "HEAD")
    address = f"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/{repository.name}"
    repository.git("clone", "-q", address, "ours", at="")
    helper = f"credential.helper=!{client('awscli') / 'aws'} codecommit credential-helper $@"
    words = ["-c", "credential.helper=", "-c", "credential.UseHttpPath=true", "-c", helper, "clone", "-q", address]
    repository.git(*words, "theirs", at="", GIT_CONFIG_COUNT="0")
    assert (repository.folder / "theirs" / "a.txt").exists()


def test_git_remote_codecommit_signs_its_own_address(repository: Repository) -> None:
    repository.write("a.txt", b"a")
    tools = {"PATH": f"{client('awscli')}:{os.environ['PATH']}", "GIT_CONFIG_COUNT": "0"}
    repository.git("push", "-q", f"codecommit::us-east-1://{repository.name}", "HEAD", **tools)
    repository.git("clone", "-q", f"codecommit://{repository.name}", "again", at="", **tools)
    assert (repository.folder / "again" / "a.txt").exists()
    wrong = {**tools, "AWS_SECRET_ACCESS_KEY": "wrong"}
    assert "Authentication failed" in repository.git("fetch", f"codecommit://{repository.name}", fails=True, **wrong)


def test_a_stranger_is_kept_out(repository: Repository) -> None:
    for environment in ({"GIT_CONFIG_COUNT": "0"}, {"AWS_SECRET_ACCESS_KEY": "wrong"}, {"AWS_SESSION_TOKEN": "wrong"}):
        said = repository.git("ls-remote", repository.url, fails=True, **environment)
        assert "Authentication failed" in said or "could not read Username" in said


def test_a_push_that_is_cut_off_leaves_nothing(repository: Repository) -> None:
    repository.write("a.txt", b"a")
    repository.git("push", "-q", "origin", "HEAD")
    tip = repository.git("rev-parse", "HEAD").strip()
    url = urlsplit(repository.url)
    keys = repository.server.environment
    import base64

    user = f"{keys['AWS_ACCESS_KEY_ID']}%{keys['AWS_SESSION_TOKEN']}:{keys['AWS_SECRET_ACCESS_KEY']}"
    connection = http.client.HTTPConnection(url.netloc)
    connection.putrequest("POST", f"{url.path}/git-receive-pack")
    connection.putheader("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
    connection.putheader("Content-Type", "application/x-git-receive-pack-request")
    connection.putheader("Content-Length", str(64 << 20))
    connection.endheaders()
    command = f"{tip} {'1' * 40} refs/heads/master\0 report-status".encode()
    connection.send(f"{len(command) + 4:04x}".encode() + command + b"0000PACK" + os.urandom(8 << 20))
    connection.close()
    repository.write("b.txt", b"b")
    repository.git("push", "-q", "origin", "HEAD")
    found = repository.aws("get-branch", "--repository-name", repository.name, "--branch-name", "master")
    assert repository.git("rev-parse", "HEAD").strip() in found


def test_a_client_that_is_killed_in_the_midst_of_a_large_push_holds_nobody_up(repository: Repository) -> None:
    repository.write("large.bin", os.urandom(96 << 20))
    folders = repository.server.data / "repositories"
    command = [*GIT, "push", "-q", "origin", "HEAD"]
    pushing = subprocess.Popen(
        command, cwd=repository.folder / "work", env=repository.server.environment, start_new_session=True
    )
    _wait_until(lambda: bool(_incoming(folders)))
    os.killpg(pushing.pid, signal.SIGKILL)
    pushing.wait()
    _wait_until(lambda: not _incoming(folders))
    repository.git("push", "-q", "origin", "HEAD")
    found = repository.aws("get-branch", "--repository-name", repository.name, "--branch-name", "master")
    assert repository.git("rev-parse", "HEAD").strip() in found


def _incoming(folders: Path) -> list[Path]:
    """What pushes have sent that are not over."""
    return [*folders.glob("*/objects/tmp_objdir-incoming-*")]


def _wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.025)
    raise AssertionError("it did not come to hold in 30 seconds")
