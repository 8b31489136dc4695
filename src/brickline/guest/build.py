"""Runs a build: the phases of a buildspec, then what it leaves - variables, artifacts, reports, cache.

`python build.py PLAN`: the server parsed the buildspec and wrote the plan (JSON) that stands in the file PLAN. What
happens is told by lines on standard output, and by records in the plan's `records` file.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).absolute().parent.parent)
    __package__ = "guest"

from .build_cache import restore, save
from .build_files import CollectError, collect_artifacts, collect_reports
from .build_log import Records, say
from .build_shell import Shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FINAL = ("INSTALL", "PRE_BUILD")
"""Where one of these fails, nothing that follows is run."""


class Build:
    """One run of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._source = Path(plan["source"])
        self._records = Records(Path(plan["records"]))
        self._shell = Shell(Path(plan["scratch"]) / "shell", self._source, plan["lasting_shell"])
        self._is_good = True
        """No phase has failed, but for those that say `on-failure: CONTINUE`."""

    def run(self) -> None:
        restore(self._plan["cache"])
        if all(self._phase(phase) for phase in self._plan["phases"]):
            self._records.exported(self._shell.values(self._plan["exported"]))
            self._collect()
        else:
            self._records.ended(self._is_good)

    def _phase(self, phase: dict[str, Any]) -> bool:
        """Run a phase to its end; whether the build goes on with the next one."""
        name, on_failure = phase["name"], phase["on_failure"]
        self._records.entered(name)
        message = self._attempts(phase)
        self._records.left(name, not message, "COMMAND_EXECUTION_ERROR" if message else "", message)
        if not message or on_failure["action"] == "CONTINUE":
            return True
        self._is_good = False
        return name not in _FINAL and on_failure["action"] == ""

    def _attempts(self, phase: dict[str, Any]) -> str:
        """The message of the failure that stays, after as many repetitions as `on-failure: RETRY` asks for."""
        on_failure = phase["on_failure"]
        for attempt in range(on_failure["count"] + 1):
            if attempt:
                say(f"Retrying phase {phase['name']} (attempt {attempt} of {on_failure['count']})")
                self._shell.export("CODEBUILD_BUILD_SUCCEEDING", "1")
            message = self._commands(phase)
            if not message or not re.search(on_failure["pattern"], message):
                return message
        return message

    def _commands(self, phase: dict[str, Any]) -> str:
        """The commands until one fails, then all of `finally`; the message of the first failure, or nothing."""
        message = next(filter(None, map(self._command, phase["commands"])), "")
        for command in phase["finally"]:
            failure = self._command(command)
            message = message or failure
        return message

    def _command(self, command: str) -> str:
        """Run one command; the message of its failure, or nothing."""
        shown = command.rstrip("\n")
        say(f"Running command {shown}")
        status = self._shell.run(command)
        if status == 0:
            return ""
        say(f"Command did not exit successfully {shown} exit status {status}")
        self._shell.export("CODEBUILD_BUILD_SUCCEEDING", "0")
        return f"Error while executing command: {shown}. Reason: exit status {status}"

    def _collect(self) -> None:
        self._records.entered("UPLOAD_ARTIFACTS")
        out = Path(self._plan["collected"])
        try:
            collect_reports(self._plan["reports"], self._source, out / "reports", self._records, self._shell)
            collect_artifacts(self._plan["artifacts"], self._source, out / "artifacts", self._records, self._shell)
            if self._is_good:
                save(self._plan["cache"], self._source)
        except (CollectError, OSError) as error:
            self._records.ended(self._is_good, "CLIENT_ERROR", str(error))
        else:
            self._records.ended(self._is_good)


def main(plan_file: str) -> None:
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    os.chdir(plan["source"])
    Build(plan).run()
    sys.stdout.flush()
    os._exit(0)  # daemons that commands left end with the sandbox


if __name__ == "__main__":
    main(sys.argv[1])
