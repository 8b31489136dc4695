"""Waiting a moment for an endpoint to settle before it is described.

Waiters ask once right after the change, and then every 30 seconds (boto3's `endpoint_in_service`). An endpoint is in
service within a second or two here, so the first question is held that long: who waits has waited long enough.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from brickline.baseplate import clock
from brickline.baseplate.kinds import Resource

HOLD_SECONDS = 10.0
"""From the last change of an endpoint to the latest answer of DescribeEndpoint."""

_IN_PROGRESS = ("Creating", "Updating", "RollingBack", "Deleting")


class Settling:
    """Told of every change by the endpoints' controller."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def wait(self, look: Callable[[], Resource]) -> Resource:
        """The endpoint as `look` gives it, once it has settled or its last change is not new any more."""
        with self._changed:
            endpoint = look()
            deadline = time.monotonic() + HOLD_SECONDS - (clock.now() - endpoint.modified)
            while endpoint.status in _IN_PROGRESS and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
                endpoint = look()
        return endpoint
