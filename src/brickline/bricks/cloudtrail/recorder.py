"""Sees every call that went well, and tells EventBridge of those that a logging trail wants."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.models import service_model
from brickline.baseplate.resources import resource_by_id, rows_in_batches
from brickline.baseplate.schema import resources as table
from brickline.bricks.cloudtrail.api_events import call_of, record
from brickline.bricks.cloudtrail.kinds import TRAIL
from brickline.bricks.cloudtrail.selectors import Call, selects


@dataclass(frozen=True)
class _Logging:
    """A trail that logs."""

    account: str
    region: str
    is_multi_region: bool
    selectors: Shape

    def wants(self, context: Context, call: Call) -> bool:
        is_here = self.account == context.account and (self.is_multi_region or self.region == context.region)
        return is_here and selects(self.selectors, call)


class Recorder:
    """The trails that log, in memory."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._lock = threading.Lock()
        self._logging: dict[int, _Logging] = {}
        for trail in rows_in_batches(self._store, [table.c.kind == TRAIL.key]):
            self._take(trail)

    def follow(self, trail: Resource) -> None:
        """Heed a trail that was made or changed, once that is committed."""
        self._store.after_commit(lambda: self._refresh(trail.id))

    def forget(self, trail: Resource) -> None:
        self._store.after_commit(lambda: self._drop(trail))

    def observe(self, context: Context, service: str, operation: str, request: Shape, answer: Shape) -> None:
        """Called for each call that went well, of clients and between bricks."""
        if not self._logging:
            return
        model = service_model(service).operation_model(operation)
        call = call_of(model, request)
        if call is None or not any(trail.wants(context, call) for trail in self._trails()):
            return
        # Reads are in log files only; EventBridge sees what changes something (and data events, as they are selected).
        if call.is_read_only and not call.is_data:
            return
        detail = record(context, model, call, request, answer)
        context.emit(f"aws.{model.service_model.signing_name}", "AWS API Call via CloudTrail", [], detail)

    def _trails(self) -> list[_Logging]:
        with self._lock:
            return list(self._logging.values())

    def _refresh(self, trail_id: int) -> None:
        """As the store has it now: what two calls have to say after their commits may come in either order."""
        with self._lock:
            trail = resource_by_id(self._store, trail_id)
            if trail is not None:
                self._take(trail)

    def _take(self, trail: Resource) -> None:
        self._logging.pop(trail.id, None)
        if trail.private["status"]["IsLogging"]:
            is_multi_region, selectors = trail.document["IsMultiRegionTrail"], trail.private["selectors"]
            self._logging[trail.id] = _Logging(trail.account, trail.region, is_multi_region, selectors)

    def _drop(self, trail: Resource) -> None:
        with self._lock:
            self._logging.pop(trail.id, None)
