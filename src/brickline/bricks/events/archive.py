"""What archives keep: every event of their bus that matches their pattern, until it is too old."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id, rows_in_batches
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import dumps
from brickline.bricks.events.kinds import ARCHIVE
from brickline.bricks.events.patterns import Fields, Pattern, matches, parse_pattern
from brickline.bricks.events.schema import archived

_DAY = 86400.0


class Archive:
    """The archives in memory, and their events in the store."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._lock = threading.Lock()
        self._known: dict[int, tuple[str, Pattern | None]] = {}
        """Of each archive the bus's ARN and the pattern (None takes every event)."""
        for archive in rows_in_batches(self._store, [table.c.kind == ARCHIVE.key]):
            self._take(archive)

    def follow(self, archive: Resource) -> None:
        """Keep events for an archive that was made or changed, once that is committed."""
        self._store.after_commit(lambda: self._refresh(archive.id))

    def forget(self, archive: Resource) -> None:
        """Drop a deleted archive's events."""
        with self._store.write() as connection:
            connection.execute(delete(archived).where(archived.c.archive == archive.id))
        self._store.after_commit(lambda: self._drop(archive.id))

    def keep(self, bus_arn: str, event: Shape, fields: Fields) -> None:
        """In the transaction that is open. Events of a replay are not kept once more."""
        if "replay-name" in event:
            return
        for archive in self._wanting(bus_arn, fields):
            moment = datetime.fromisoformat(event["time"]).timestamp()
            with self._store.write() as connection:
                connection.execute(insert(archived).values(archive=archive, time=moment, event=dumps(event)))

    def sizes(self, archive: Resource) -> Shape:
        """How many events there are, and how large they are together."""
        self._drop_expired(archive)
        query = select(func.count(), func.sum(func.length(archived.c.event))).where(archived.c.archive == archive.id)
        with self._store.read() as connection:
            count, size = connection.execute(query).one()
        return {"EventCount": int(count), "SizeBytes": int(size or 0)}

    def _wanting(self, bus_arn: str, fields: Fields) -> Iterable[int]:
        with self._lock:
            known = list(self._known.items())
        return [
            archive
            for archive, (bus, pattern) in known
            if bus == bus_arn and (pattern is None or matches(pattern, fields))
        ]

    def _drop(self, archive_id: int) -> None:
        with self._lock:
            self._known.pop(archive_id, None)

    def _drop_expired(self, archive: Resource) -> None:
        days = archive.document["RetentionDays"]
        if days:
            is_old = archived.c.time < clock.now() - days * _DAY
            with self._store.write() as connection:
                connection.execute(delete(archived).where(archived.c.archive == archive.id, is_old))

    def _refresh(self, archive_id: int) -> None:
        """As the store has it now: what two calls have to say after their commits may come in either order."""
        with self._lock:
            archive = resource_by_id(self._store, archive_id)
            if archive is not None:
                self._take(archive)

    def _take(self, archive: Resource) -> None:
        document = archive.document
        pattern = parse_pattern(document["EventPattern"]) if document.get("EventPattern") else None
        self._known[archive.id] = (document["EventSourceArn"], pattern)
