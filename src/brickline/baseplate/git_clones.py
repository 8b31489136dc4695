"""Clones repositories with git."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PROTOCOLS = "file:git:http:https:ssh"
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_LOOK_SECONDS = 0.5

_SAYINGS = (
    (
        r"Remote branch .* not found|couldn't find remote ref|pathspec .* did not match|not our ref|invalid reference",
        "reference not found",
    ),
    (r"Authentication failed|could not read Username|403|401", "authentication required"),
    (r"not found|does not exist|does not appear to be a git repository|404", "repository not found"),
)
"""What git says, and what CodeBuild says of it."""


_FACTS = {
    "CommitId": "%H",
    "CommitMessage": "%B",
    "AuthorDisplayName": "%an",
    "AuthorEmail": "%ae",
    "AuthorDate": "%aI",
    "CommitterDate": "%cI",
}
"""What is told of a commit, and git's placeholder for it."""


class CloneFailed(Exception):
    """A repository could not be cloned; the message is CodeBuild's where it has one."""


@dataclass(frozen=True)
class Checkout:
    """What is to be cloned."""

    url: str
    version: str
    """A branch, tag, commit, full ref or `pr/12`; the default branch where it is empty."""
    name: str
    """The source's in messages: `primary source`."""
    origin: str
    """The URL that the clone is to have for its origin."""
    depth: int = 0
    submodules: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of git's configuration, for the cloning only."""


def clone(checkout: Checkout, folder: Path, wanted: Callable[[], bool]) -> str:
    """Clone into `folder`; gives the commit. It fails once it is no longer `wanted`. Raises CloneFailed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    git = _Git(checkout, wanted)
    branch = re.sub(r"^refs/(heads|tags)/", "", checkout.version)
    pull_request = re.fullmatch(r"pr/(\d+)", branch)
    is_shallow = checkout.depth and not _COMMIT.fullmatch(branch) and not pull_request
    options = ["--depth", str(checkout.depth), *(["--branch", branch] if branch else [])] if is_shallow else []
    git.run(["clone", "--template=", *options, "--", checkout.url, str(folder)])
    if pull_request:
        git.run(["fetch", "origin", f"+refs/pull/{pull_request[1]}/head"], folder)
        git.run(["checkout", "-q", "FETCH_HEAD", "--"], folder)
    elif branch and not is_shallow:
        git.run(["-c", "advice.detachedHead=false", "checkout", "-q", branch, "--"], folder)
    if checkout.submodules:
        git.run(["submodule", "update", "--init", "--recursive"], folder)
    git.run(["remote", "set-url", "origin", checkout.origin], folder)
    return git.run(["rev-parse", "HEAD"], folder).strip()


def archive(folder: Path, target: Path) -> None:
    """Write the files of a clone's commit as a ZIP file. Raises CloneFailed."""
    git = _Git(Checkout("", "HEAD", "the clone", origin=""), lambda: True)
    git.run(["archive", "--format=zip", f"--output={target}", "HEAD"], folder)


def commit_facts(folder: Path) -> dict[str, str]:
    """What is said of a clone's commit: its id, message, author and dates. Raises CloneFailed."""
    git = _Git(Checkout("", "HEAD", "the clone", origin=""), lambda: True)
    names, forms = zip(*_FACTS.items(), strict=True)
    printed = git.run(["log", "-1", f"--format={'%x00'.join(forms)}"], folder)
    return dict(zip(names, printed.strip().split("\0"), strict=True))


class _Git:
    def __init__(self, checkout: Checkout, wanted: Callable[[], bool]) -> None:
        self._settings = {"safe.directory": "*", "core.hooksPath": os.devnull, **checkout.settings}
        self._wanted = wanted
        self._what = f"{checkout.name} and source version {checkout.version}"

    def run(self, arguments: Sequence[str], folder: Path | None = None) -> str:
        """What it printed. Raises CloneFailed."""
        try:
            process = subprocess.Popen(
                ["git", *arguments],
                cwd=folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except FileNotFoundError:
            raise CloneFailed("git is not installed on this machine") from None
        with process:
            output, errors = self._wait(process)
        if process.returncode:
            raise CloneFailed(self._message(errors))
        return output

    def _wait(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        while True:
            try:
                return process.communicate(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if not self._wanted():
                    process.kill()

    def _message(self, errors: str) -> str:
        for pattern, words in _SAYINGS:
            if re.search(pattern, errors):
                return f"{words} for {self._what}"
        said = [line for line in errors.splitlines() if line.startswith(("fatal:", "error:", "remote:"))]
        return f"git clone failed for {self._what}: {' '.join(said)[-500:]}"

    def _environment(self) -> dict[str, str]:
        """Nothing of the server's own configuration but where its programs and its network are."""
        kept = ("PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {
            "GIT_ALLOW_PROTOCOL": _PROTOCOLS,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": str(len(self._settings)),
        }
        for number, (name, value) in enumerate(self._settings.items()):
            environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return environment
