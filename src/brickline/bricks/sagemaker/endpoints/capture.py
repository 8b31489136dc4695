"""Captured requests on their way to S3: collected, and written a file for each variant and hour."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints.capture_records import CaptureSettings, Exchange, file_key, record
from brickline.bricks.sagemaker.s3_uris import parse

log = logging.getLogger(__name__)

_LONGEST_WAIT = 2.0
"""Seconds from a request to its file (SageMaker takes minutes)."""
_MOST_BYTES = 4 << 20
"""A file that is so large is written at once."""
_MOST_WAITING = 256 << 20
"""Bytes that may wait; beyond, requests are no longer captured, and the log says so."""
_RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Place:
    """Of one file: an hour of a variant."""

    uri: str
    account: str
    region: str
    endpoint: str
    variant: str
    hour: int


@dataclass
class _File:
    context: Context
    first: float
    """When its first request came."""
    due: float
    lines: list[bytes] = field(default_factory=list)
    size: int = 0


class Captures:
    """Collects records and writes them in a thread of its own; what waits is written when it is closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: dict[Place, _File] = {}
        self._waiting = 0
        self._is_open = True
        self._thread: threading.Thread | None = None

    def add(self, context: Context, endpoint: str, variant: str, settings: CaptureSettings, exchange: Exchange) -> None:
        """Keep an exchange that was sampled."""
        line = record(settings, exchange)
        hour = int(exchange.time // 3600)
        place = Place(settings.uri, context.account, context.region, endpoint, variant, hour)
        with self._changed:
            if self._waiting + len(line) > _MOST_WAITING:
                log.error("%s: a request of %s is not captured, too much waits for S3", settings.uri, endpoint)
                return
            file = self._files.get(place)
            if file is None:
                file = _File(context, exchange.time, time.monotonic() + _LONGEST_WAIT)
                self._files[place] = file
                self._begin()
                self._changed.notify()
            file.lines.append(line)
            file.size += len(line)
            self._waiting += len(line)
            if file.size >= _MOST_BYTES > file.size - len(line):
                file.due = 0.0
                self._changed.notify()

    def close(self) -> None:
        """Write everything that waits."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="data-capture", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                due = [place for place, file in self._files.items() if self._is_due(file)]
                if not due and not self._is_open:
                    return
                if not due:
                    self._changed.wait(self._pause())
                    continue
                files = {place: self._files.pop(place) for place in due}
            for place, file in files.items():
                self._write(place, file)

    def _is_due(self, file: _File) -> bool:
        return not self._is_open or file.due <= time.monotonic()

    def _pause(self) -> float | None:
        dues = [file.due for file in self._files.values()]
        return max(min(dues) - time.monotonic(), 0.0) if dues else None

    def _write(self, place: Place, file: _File) -> None:
        location = parse(place.uri)
        key = file_key(location.key, place.endpoint, place.variant, file.first)
        try:
            body = b"".join(file.lines)
            file.context.call("s3", "PutObject", Bucket=location.bucket, Key=key, Body=BytesBody(body))
        except Refused as error:
            log.warning("%s: %d captured requests are lost: %s", place.uri, len(file.lines), error)
            self._settle(file)
        except Exception:
            log.exception("%s: captured requests cannot be written; they are tried again", place.uri)
            self._keep(place, file)
        else:
            self._settle(file)

    def _settle(self, file: _File) -> None:
        with self._changed:
            self._waiting -= file.size

    def _keep(self, place: Place, file: _File) -> None:
        """Try again later, unless the server stops."""
        with self._changed:
            if not self._is_open:
                log.error("%s: %d captured requests are lost", place.uri, len(file.lines))
                return
            newer = self._files.get(place)
            if newer:
                file.lines += newer.lines
                file.size += newer.size
            file.due = time.monotonic() + _RETRY_SECONDS
            self._files[place] = file
