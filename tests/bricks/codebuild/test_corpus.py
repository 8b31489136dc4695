"""Buildspecs in the shapes that public projects use, each run to its end: `corpus/` has them, with what is expected.

The head of each file is comments: `# status:`, `# output:` (lines that the log has, in this order), `# artifacts:`
(keys below the build's prefix), `# says:` (part of the message of the phase that failed), `# exports:`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.bricks.codebuild.conftest import BUCKET, Account

from brickline.baseplate.brick import Shape

_CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yml"))
_SOURCE = {
    "app.py": "print('hello from app')\n",
    "pkg/__init__.py": "ANSWER = 42\n",
    "pkg/notes.log": "a log\n",
    "tests/test_app.py": "import pkg\n",
    "run.sh": "#!/bin/bash\necho ran\n",
    "requirements.txt": "",
    "dist-1/a.txt": "a\n",
    "dist-1/sub/b.txt": "b\n",
    "results/unit.xml": '<testsuite name="s" tests="1"><testcase classname="c" name="n" time="0.1"/></testsuite>',
}
_SECONDARY = [
    {"type": "S3", "location": BUCKET, "artifactIdentifier": name, "overrideArtifactName": True}
    for name in ("one", "two")
]


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    expected: dict[str, list[str]]

    @staticmethod
    def read(path: Path) -> Case:
        text = path.read_text()
        expected: dict[str, list[str]] = {}
        for line in text.splitlines():
            if not line.startswith("# "):
                break
            key, _, value = line[2:].partition(": ")
            expected.setdefault(key, []).append(value)
        return Case(path.stem, text, expected)

    def members(self) -> Shape:
        """Of the project that builds it."""
        wants = "artifacts" in self.expected or "artifacts" in self.expected.get("wants", ())
        artifacts = {"type": "S3", "location": BUCKET, "path": self.name, "overrideArtifactName": True}
        return {
            "source": {"type": "S3", "location": f"{BUCKET}/source.zip", "buildspec": self.text},
            "artifacts": artifacts if wants else {"type": "NO_ARTIFACTS"},
            "secondaryArtifacts": [
                {**one, "path": self.name} for one in _SECONDARY if "secondary-artifacts" in self.text
            ],
        }


def zipped(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            archive.writestr(info, text)
    return made.getvalue()


@pytest.fixture
def ready(account: Account) -> Account:
    account.put("source.zip", zipped(_SOURCE))  # type: ignore[arg-type]
    return account


def test_the_corpus(ready: Account) -> None:
    cases = [Case.read(path) for path in _CORPUS]
    started = {}
    for case in cases:
        ready.project(case.name, **case.members())
        started[case.name] = ready.start(case.name)["id"]
    problems = [problem for case in cases for problem in problems_of(ready, case, ready.wait(started[case.name]))]
    assert not problems, "\n".join(problems)


def problems_of(account: Account, case: Case, build: Shape) -> list[str]:
    """What differs from what the file's head says."""
    keys = account.keys()
    found = {
        "status": [build["buildStatus"]],
        "output": [line for line in account.output(build) if line in case.expected.get("output", ())],
        "artifacts": [key.removeprefix(f"{case.name}/") for key in keys if key.startswith(f"{case.name}/")],
        "exports": [f"{one['name']}={one['value']}" for one in build.get("exportedEnvironmentVariables") or ()],
    }
    problems = [
        f"{case.name}: {key}: {found[key]} instead of {case.expected[key]}\n{account.log(build)}"
        for key in found
        if key in case.expected and found[key] != case.expected[key]
    ]
    messages = [context["message"] for phase in build["phases"] for context in phase.get("contexts") or ()]
    missing = [said for said in case.expected.get("says", ()) if not any(said in message for message in messages)]
    return problems + [f"{case.name}: nobody says {said}: {messages}" for said in missing]
