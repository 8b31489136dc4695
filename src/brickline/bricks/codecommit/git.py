"""git's own programs on a bare repository, with nothing of anybody's configuration."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ZERO = "0" * 40
"""The id of no object: what a new reference was, and a deleted one is."""

_SETTINGS = {
    "safe.directory": "*",
    "core.hooksPath": os.devnull,
    "core.fsync": "all",
    "gc.auto": "0",
    "receive.autogc": "false",
    "transfer.fsckObjects": "true",
    "uploadpack.allowAnySHA1InWant": "true",
}
_ID = re.compile(r"[0-9a-f]{40}")
_BAD_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^/|/$|\.$|(^|/)\.|\.lock(/|$)|^@$")


class GitFailed(Exception):
    """A program of git ended badly; the message is what it said."""


@dataclass(frozen=True)
class TreeEntry:
    """One line of a tree: `mode` as git has it (`100644`, `040000`, ...), `kind` blob, tree or commit."""

    mode: str
    kind: str
    id: str
    path: str


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def is_reference_name(name: str) -> bool:
    """The rules of `git check-ref-format` for what stands behind `refs/heads/`."""
    return bool(name) and _BAD_NAME.search(name) is None


def environment(folder: Path | None = None, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a git process: its repository, and settings that no file can change."""
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
    }
    for number, (name, value) in enumerate(_SETTINGS.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**variables, **({"GIT_DIR": str(folder)} if folder else {}), **(more or {})}


class Git:
    """One bare repository. Revisions and paths always stand behind what ends options."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def init(folder: Path) -> None:
        """A repository whose first branch is master until a first push says otherwise."""
        command = ["git", "init", "--quiet", "--bare", "--template=", "--initial-branch=master", str(folder)]
        subprocess.run(command, env=environment(), check=True, capture_output=True)

    def forget_incoming(self) -> None:
        """Remove what pushes have left that were cut off; to be called with the repository's lock."""
        for folder in (self.folder / "objects").glob("tmp_objdir-incoming-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
        """What it printed. Raises GitFailed."""
        done = self._done(arguments, data, variables)
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
        return done.stdout

    def line(self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None) -> str:
        return self.run(*arguments, data=data, variables=variables).decode(errors="replace").strip()

    def code(self, *arguments: str, variables: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """The exit code and what it printed."""
        done = self._done(arguments, b"", variables)
        return done.returncode, done.stdout

    def reference(self, name: str) -> str:
        """The object that a full reference names; ZERO where it is not there."""
        found, printed = self.code("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return printed.decode().strip() if found == 0 else ZERO

    def references(self, start: str) -> Iterator[tuple[str, str]]:
        """(name behind `start`, object id), by name."""
        for line in self.run("for-each-ref", "--format=%(objectname) %(refname)", start).decode().splitlines():
            object_id, _, name = line.partition(" ")
            yield name.removeprefix(start), object_id

    def commit_of(self, revision: str) -> str | None:
        """The commit that a full reference or an id means, tags followed; None where there is none."""
        found, printed = self.code("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return printed.decode().strip() if found == 0 else None

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What lies at a path of a commit ("" is its root folder)."""
        if not path:
            return TreeEntry("040000", "tree", self.line("rev-parse", f"{commit}^{{tree}}"), "")
        return next(self.entries(commit, path), None)

    def entries(self, commit: str, path: str = "", *, deep: bool = False) -> Iterator[TreeEntry]:
        """`git ls-tree`: the entry at `path`, or with a slash at its end what is in that folder."""
        options = ["-r"] if deep else []
        where = ["--", f":(literal){path}"] if path and deep else ["--", path] if path else []
        printed = self.run("ls-tree", "-z", "--full-tree", *options, commit, *where)
        for line in filter(None, printed.decode(errors="surrogateescape").split("\0")):
            about, _, name = line.partition("\t")
            mode, kind, object_id = about.split()
            yield TreeEntry(mode, kind, object_id, name)

    def blob(self, object_id: str) -> bytes:
        return self.run("cat-file", "blob", object_id)

    def size(self, object_id: str) -> int:
        return int(self.line("cat-file", "-s", object_id))

    def _done(
        self, arguments: tuple[str, ...], data: bytes, variables: Mapping[str, str] | None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *arguments],
            env=environment(self.folder, variables),
            input=data,
            capture_output=True,
            check=False,
            cwd=self.folder,
        )
