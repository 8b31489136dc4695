"""A build's log: what its container writes, and what the service itself says of it."""

from __future__ import annotations

import gzip
import io
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from brickline.baseplate import clock
from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.shipping import Line, Shipment
from brickline.runtimes import read_output

_MOST_PIECES = 4
"""Megabytes of output that are shipped before the build is looked at again: it may be stopped meanwhile."""

_ACCESS_KEY = re.compile(r"\b(AKIA|ASIA)[A-Z2-7]{16}\b")

Show = Callable[[str], str]


def container_line(text: str, now: float) -> str:
    """A line as CodeBuild's agent writes it."""
    return f"{time.strftime('[Container] %Y/%m/%d %H:%M:%S', time.gmtime(now))} {text}"


def masking(secrets: Sequence[str]) -> Show:
    """Shows a line without the secrets, and without the ids of access keys."""
    hidden = sorted(filter(None, {*secrets}), key=len, reverse=True)

    def show(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, "***")
        return _ACCESS_KEY.sub("***", text)

    return show


class BuildLogs:
    """Ships builds' logs. How far the output has been shipped, and what the service said, is in `private`."""

    def __init__(self, baseplate: Baseplate, builds: Resources) -> None:
        self._store = baseplate.store
        self._builds = builds

    def say(self, context: Context, build: Resource, *texts: str) -> None:
        """Lines of the service's own; in the transaction that is open, with the change that they tell of."""
        now = clock.now()
        lines = [(int(now * 1000), container_line(text, now)) for text in texts]
        with self._store.write():
            build.private.setdefault("said", []).extend(lines)
            if shipment := _shipment(build):
                shipment.send(context, lines)

    def teller(self, context: Context, build: Resource) -> Callable[[str], None]:
        """Writes each line at once, and keeps it."""

        def tell(text: str) -> None:
            with self._builds.change_id(build.id) as fresh:
                self.say(context, fresh, text)

        return tell

    def ship(self, context: Context, build: Resource, folder: Path, show: Show) -> bool:
        """Send what the container has written since the last time; whether there may be more."""
        return all(self._ship_some(context, build, folder, show) for _ in range(_MOST_PIECES))

    def keep_in_s3(self, context: Context, build: Resource, folder: Path, show: Show) -> None:
        """The whole log as one object, where the project asks for it."""
        place = build.document["logs"].get("s3LogsArn")
        if not place:
            return
        bucket, _, key = place.removeprefix("arn:aws:s3:::").partition("/")
        data = _packed(_whole(build, folder), show)
        try:
            context.call("s3", "PutObject", Bucket=bucket, Key=key, Body=BytesBody(data), ContentType="text/plain")
        except Refused as refused:
            self.say(context, build, f"Unable to write the log to {place}: {refused.message}")

    def _ship_some(self, context: Context, build: Resource, folder: Path, show: Show) -> bool:
        """Up to a megabyte, in one transaction with how far it has come."""
        with self._store.write():
            fresh = resource_by_id(self._store, build.id)
            if fresh is None:
                return False
            offset = fresh.private.get("shipped", 0)
            lines, following = read_output(folder, offset)
            if following == offset:
                return False
            if shipment := _shipment(fresh):
                shipment.send(context, [(moment, show(text)) for moment, text in lines])
            fresh.private["shipped"] = following
            self._builds.keep(fresh)
            return True


def _shipment(build: Resource) -> Shipment | None:
    logs = build.document["logs"]
    return Shipment(logs["groupName"], logs["streamName"]) if "groupName" in logs else None


def _whole(build: Resource, folder: Path) -> list[Line]:
    lines: list[Line] = [(moment, text) for moment, text in build.private.get("said", ())]
    offset = 0
    while True:
        found, following = read_output(folder, offset)
        if following == offset:
            return sorted(lines, key=lambda line: line[0])
        lines += found
        offset = following


def _packed(lines: Sequence[Line], show: Show) -> bytes:
    buffer = io.BytesIO()
    with gzip.open(buffer, "wt", encoding="utf-8") as stream:
        stream.writelines(f"{show(text)}\n" for _, text in lines)
    return buffer.getvalue()
