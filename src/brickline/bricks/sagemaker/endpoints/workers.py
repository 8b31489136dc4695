"""An instance: what it is made of, and what starts its containers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from brickline.baseplate.brick import Context
from brickline.bricks.sagemaker.endpoints.fleets import Instance, Variant
from brickline.bricks.sagemaker.endpoints.routing import Busy
from brickline.bricks.sagemaker.serving.connection import Container
from brickline.bricks.sagemaker.serving.containers import Order, Say


class Starter(Protocol):
    """Starts containers as jobs (`serving.containers.Containers`)."""

    def container(self, order: Order, /) -> Container:
        """The client of a container that was started, or will be."""
        ...

    def start(self, context: Context, order: Order, say: Say, /) -> None:
        """Fill the job's folder and start it, unless it was started already. Raises NotStarted."""
        ...


@dataclass(frozen=True)
class Part:
    """A container of an instance, with what it is started from."""

    name: str
    order: Order
    container: Container

    @property
    def folder(self) -> Path:
        return self.order.folder


class Worker:
    """An instance: its containers in the order of the pipeline."""

    def __init__(self, instance: Instance, variant: Variant, parts: Sequence[Part]) -> None:
        self.number = instance.number
        self.instance_id = instance.id
        self.variant = variant
        self.parts = parts
        self.failure = ""
        self.ready_since: float | None = None
        self.is_started = False
        self.is_ending = False
        self.start: Future[None] | None = None
        self.busy: Busy[Worker] = Busy(instance.number, self)

    @property
    def is_ready(self) -> bool:
        return self.ready_since is not None and not self.failure
