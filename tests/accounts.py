"""What tests of several bricks share: an account as its client sees it, things that can be waited for, and kills."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, ClassVar

import pytest

from brickline import bricks
from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.house import Baseplate, BrickMaker
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.resources import Resources, resource_by_arn

OWNER = Kind(
    service="toy",
    name="owner",
    name_member="Name",
    arn_member="Arn",
    arn="owner/{name}",
    missing=("Missing", "{name}"),
    taken=("Taken", "{name}"),
)


class Owner:
    """Told of every change of status of what it owns."""

    def __init__(self) -> None:
        self.told: SimpleQueue[str] = SimpleQueue()

    def reconcile(self, resource: Resource) -> None:
        self.told.put(resource.name)

    def fail(self, resource: Resource, error: Exception) -> None:
        raise AssertionError(error)


class Account:
    """Calls of one service, and of S3 around it."""

    service: ClassVar[str]
    bucket: ClassVar[str]
    """Where objects lie that no other bucket is named for."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.baseplate = baseplate
        self.context: Context = baseplate.context()

    def __call__(self, operation: str, **request: Any) -> Shape:
        return self.context.call(self.service, operation, **request)

    def object(self, key: str, bucket: str = "") -> bytes:
        body = self.context.call("s3", "GetObject", Bucket=bucket or self.bucket, Key=key)["Body"]
        data: bytes = body.read()
        body.close()
        return data

    def keys(self, prefix: str = "", bucket: str = "") -> list[str]:
        found = self.context.call("s3", "ListObjectsV2", Bucket=bucket or self.bucket, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents") or ()]

    def events(self, detail_type: str) -> list[Shape]:
        return [event for event in self.baseplate.bus.events() if event["detail-type"] == detail_type]

    def is_unfinished_arn(self, arn: str) -> bool:
        found = resource_by_arn(self.baseplate.store, arn)
        return found is not None and found.unfinished

    @staticmethod
    def wait_until(holds: Callable[[], bool]) -> None:
        """For what wakes nobody: look again."""
        for _ in range(1200):
            if holds():
                return
            time.sleep(0.025)
        raise AssertionError("it did not come to hold in 30 seconds")


class OwningAccount(Account):
    """One whose runs are owned by a toy, so that they can be waited for as a pipeline waits."""

    def __init__(self, baseplate: Baseplate, owner: Owner) -> None:
        super().__init__(baseplate)
        self._owner = owner

    def own(self) -> None:
        owners = Resources(self.baseplate, OWNER)
        resource = owners.find(self.context, "test") or owners.create(self.context, "test", {}, unfinished=True)
        self.context = replace(self.context, owner=resource.id)

    def wait_for_change(self) -> None:
        self._owner.told.get(timeout=60)


def owning_makers(owner: Owner) -> dict[str, BrickMaker]:
    """Every brick, and the toy that owns runs."""
    return {**bricks.makers(), "toy": lambda _: Brick("toy", (), {"toy/owner": owner})}


def zipped(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class Killed(BaseException):
    """Nothing that the server does at an error is to run."""


@contextmanager
def killing(monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, after: bool) -> Iterator[list[str]]:
    """While it lasts, `owner.method` dies as a killed process does, before or after its work; gives its deaths."""
    real = getattr(owner, method)
    killed: list[str] = []

    def dies(*arguments: Any, **members: Any) -> Any:
        if after:
            real(*arguments, **members)
        killed.append(method)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, dies)
        yield killed
