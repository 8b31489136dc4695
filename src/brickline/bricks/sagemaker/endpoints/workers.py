"""What an instance runs: containers that answer `/ping` and `/invocations`, as endpoints need them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from brickline.baseplate.brick import Context, Shape


class Unreachable(Exception):
    """The container cannot be spoken to; it has got nothing of the request, which may go elsewhere."""


class BrokenOff(Exception):
    """The container ended, or hung up, after it had got the request."""


class NotStarted(Exception):
    """A container cannot be started; the message says why to a person."""


@dataclass(frozen=True)
class Answer:
    """What a container says. Header names are in lower case; the body comes as a whole or in pieces."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Container(Protocol):
    """One that was started."""

    def is_healthy(self) -> bool:
        """Whether `/ping` is answered with 200."""
        ...

    def invoke(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """POST /invocations. Raises Unreachable, BrokenOff, TimeoutError."""
        ...

    def stream(self, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[Answer, Iterator[bytes]]:
        """The same, with the body in pieces as they come; they raise BrokenOff and TimeoutError too."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True)
class Order:
    """One container to be started for an instance."""

    folder: Path
    """The job's."""
    definition: Shape
    """The ContainerDefinition, its model package resolved."""
    model: Shape
    """The model's document: role, network isolation."""
    variant: Shape
    """The ProductionVariant."""
    token: str
    """What the job's supervisor tells the watcher."""


class Starter(Protocol):
    """Starts containers as jobs."""

    def container(self, order: Order) -> Container:
        """The container of a job that was started, or will be."""
        ...

    def start(self, context: Context, order: Order, say: Say) -> None:
        """Fill the job's folder and start it, unless it was started already. Raises NotStarted."""
        ...


class Say(Protocol):
    """Takes a line of the platform's own for the log."""

    def __call__(self, line: str, /) -> None: ...
