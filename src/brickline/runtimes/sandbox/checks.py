"""Whether this machine lets a plain process make a sandbox, and how to let it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_HOME = str(Path(__file__).parent)
_PROBE = "import sys; sys.path.insert(0, sys.argv[1]); from supervisor.probe import main; main()"

# setting of the kernel -> (the value that forbids, the cure)
_SETTINGS = {
    "kernel/unprivileged_userns_clone": ("0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "user/max_user_namespaces": ("0", "sudo sysctl -w user.max_user_namespaces=15000"),
}
_CONTAINER = (
    "Inside a container, start that container with user namespaces and an unmasked /proc allowed "
    "(docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or --privileged)"
)


def user_namespaces() -> tuple[bool, str]:
    """Whether a sandbox can be made here, and a sentence that says so or says the cure. Tries it for real."""
    command = [sys.executable, "-I", "-S", "-c", _PROBE, _HOME]
    problem = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if problem.returncode == 0:
        return True, "User namespaces work: jobs run in sandboxes."
    return False, f"A sandbox cannot be made ({problem.stdout.strip() or problem.stderr.strip()}). {cure()}"


def cure(kernel_settings: Path = Path("/proc/sys")) -> str:
    """What to change on this machine, judged by its kernel's settings, so that sandboxes can be made."""
    commands = [command for setting, (bad, command) in _SETTINGS.items() if _value(kernel_settings / setting) == bad]
    if commands:
        return f"User namespaces are switched off; switch them on: {' && '.join(commands)}"
    return f"{_CONTAINER}; `brickline doctor` shows what this machine allows."


def _value(setting: Path) -> str:
    try:
        return setting.read_text().strip()
    except OSError:
        return ""
