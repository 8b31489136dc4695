"""Long calls of steps, each in a thread of its own, so that no controller waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.pipelines.steps.step_type import Work

log = logging.getLogger(__name__)

Key = tuple[int, str]
"""A step (its resource's id) and an attempt (its job name)."""


class Background:
    """What has been called is known to this process only: after a kill the calls are made again."""

    def __init__(self) -> None:
        self._called: set[Key] = set()
        self._lock = threading.Lock()

    def ensure(self, key: Key, call: Callable[[Work], Shape], work: Work, told: Callable[[Shape], None]) -> None:
        """Make the call unless it has been made; `told` is given its answer, or `{"refused": ...}`."""
        with self._lock:
            if key in self._called:
                return
            self._called.add(key)
        name = f"step-{work.step.name}"
        threading.Thread(target=self._run, args=(key, call, work, told), name=name, daemon=True).start()

    def forget(self, key: Key) -> None:
        """Its step has been told the answer. (Not before: whoever read the step earlier would have it called again.)"""
        with self._lock:
            self._called.discard(key)

    def _run(self, key: Key, call: Callable[[Work], Shape], work: Work, told: Callable[[Shape], None]) -> None:
        try:
            told(_answer(call, work))
        except Exception:
            log.exception("the answer of step %s of %s could not be kept", work.step.name, work.execution_arn)
            self.forget(key)


def _answer(call: Callable[[Work], Shape], work: Work) -> Shape:
    try:
        return call(work)
    except Refused as error:
        return {"refused": {"code": error.code, "message": error.message, "status": error.status}}
    except Exception as error:
        log.exception("the call of step %s of %s failed", work.step.name, work.execution_arn)
        return {"refused": {"code": "InternalFailure", "message": f"{type(error).__name__}: {error}", "status": 500}}
