"""Who may run: so many builds of an account run at once, the others wait in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterator

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.schema import is_unfinished

AT_ONCE = 20
"""Builds of an account and region that run at the same time (a quota on AWS)."""


class Admission:
    """Looks at the builds that have not ended."""

    def __init__(self, baseplate: Baseplate, builds: Resources) -> None:
        self._baseplate = baseplate
        self._builds = builds

    def has_room(self, context: Context) -> bool:
        running = [build for build in self._unfinished(context) if build.private["step"] != "Queued"]
        return len(running) < AT_ONCE

    def wake_next(self, context: Context) -> None:
        """Let the build that waits longest look again."""
        for build in self._unfinished(context):
            if build.private["step"] == "Queued":
                self._baseplate.controllers.wake(build.id)
                return

    def _unfinished(self, context: Context) -> Iterator[Resource]:
        return self._builds.all(context, None, is_unfinished)  # type: ignore[arg-type]
