"""Repositories of CodeCommit as sources, from a server that has their files and looks who asks."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.bricks.codebuild.conftest import Account, buildspec

from brickline.baseplate.client_environment import Addresses

URL = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/repository"


class Files(SimpleHTTPRequestHandler):
    """Git can clone from plain files, too."""

    users: list[str] = []

    def do_GET(self) -> None:
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            self.send_error(401)
            return
        self.users.append(base64.b64decode(given).decode())
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def account_with_repository(account: Account, tmp_path: Path) -> Iterator[Account]:
    work, bare = tmp_path / "work", tmp_path / "site/v1/repos/repository"
    spec = buildspec("git log -1 --format=%s", "git remote get-url origin")
    commands = [
        ["init", "-q", "-b", "main", str(work)],
        ["-C", str(work), "add", "-A"],
        ["-C", str(work), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first"],
        ["clone", "-q", "--bare", str(work), str(bare)],
        ["-C", str(bare), "update-server-info"],
    ]
    for number, command in enumerate(commands):
        subprocess.run(["git", *command], check=True)
        if number == 0:
            (work / "buildspec.yml").write_text(spec)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(tmp_path / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    account.baseplate.addresses = Addresses(f"http://127.0.0.1:{server.server_port}")
    yield account
    server.shutdown()
    server.server_close()


def test_a_repository_is_cloned_from_this_server_as_the_builds_role(account_with_repository: Account) -> None:
    account = account_with_repository
    account.project(source={"type": "CODECOMMIT", "location": URL})
    build = account.wait(account.start(sourceVersion="refs/heads/main")["id"])
    assert account.output(build) == ["first", URL], account.log(build)
    assert f"CODEBUILD_SRC_DIR=/codebuild/output/src000000001/src/{URL.removeprefix('https://')}" in " ".join(
        account.log(build)
    )
    user = Files.users[0].partition("%")[0]
    credential = account.baseplate.credentials.find(user)
    assert credential
    assert credential.cause == build["arn"]
    assert "AWSCodeBuild-" in credential.principal
