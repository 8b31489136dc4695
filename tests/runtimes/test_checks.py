"""What is said where a machine does not let sandboxes be made: found out inside a sandbox, where they are forbidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brickline.runtimes import Mount
from brickline.runtimes.sandbox.checks import cure, user_namespaces

SOURCES = Path(__file__).parents[2] / "src"
INSIDE = f"import json, sys; from pathlib import Path; sys.path.insert(0, {str(SOURCES)!r})\n"


def test_machine_that_runs_these_tests_makes_sandboxes() -> None:
    assert user_namespaces() == (True, "User namespaces work: jobs run in sandboxes.")


def test_check_tries_for_real_and_says_the_cure(sandboxes: Any) -> None:
    source = f"{INSIDE}from brickline.runtimes.sandbox import checks; print(json.dumps(checks.user_namespaces()))"
    works, sentence = sandboxes.answer(source, mounts=(Mount(SOURCES, str(SOURCES)),))
    assert not works
    assert "unshare: No space left on device" in sentence
    assert "sysctl -w user.max_user_namespaces=15000" in sentence


def test_start_fails_with_the_cure_and_the_state_tells_it_too(sandboxes: Any) -> None:
    source = f"""{INSIDE}
from brickline.runtimes import Job, LaunchFailed, SandboxRuntime
folder = Path("/tmp/job")
try:
    SandboxRuntime().start(Job(folder, ("true",), {{}}))
except LaunchFailed as failure:
    state = SandboxRuntime().state(folder)
    print(json.dumps([str(failure), state.phase, state.reason, state.message]))
"""
    failure, phase, reason, message = sandboxes.answer(source, mounts=(Mount(SOURCES, str(SOURCES)),))
    assert "user.max_user_namespaces" in failure
    assert (phase, reason) == ("ended", "launch")
    assert "unshare" in message


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"kernel/unprivileged_userns_clone": "0"}, "kernel.unprivileged_userns_clone=1"),
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "kernel.apparmor_restrict_unprivileged_userns=0"),
        ({"user/max_user_namespaces": "0"}, "user.max_user_namespaces=15000"),
        ({"kernel/unprivileged_userns_clone": "1", "user/max_user_namespaces": "9"}, "Inside a container"),
        ({}, "Inside a container"),
    ],
)
def test_cure_follows_from_the_kernels_settings(tmp_path: Path, settings: dict[str, str], advice: str) -> None:
    for name, value in settings.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{value}\n")
    assert advice in cure(tmp_path)
