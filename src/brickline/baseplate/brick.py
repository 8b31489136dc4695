"""Bricks, and the context in which their operations run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from brickline.baseplate import naming

if TYPE_CHECKING:
    from brickline.baseplate.controllers import Controller
    from brickline.baseplate.house import Baseplate
    from brickline.baseplate.pages import Page
    from brickline.baseplate.targets import Target

Shape = dict[str, Any]
"""A request or response in AWS's shape, CamelCase members and all (the key order of the request is kept)."""

Operation = Callable[["Context", Shape], Shape]

Listener = Callable[[list[Shape]], None]
"""Gets events in the order of their commits, as `Bus.events` gives them, each once: it runs in the transaction that
remembers how far it has come. It must be quick: what takes time is a resource for a controller.
"""


@dataclass(frozen=True)
class Context:
    """Who calls, for which account and region, and why. One per operation call."""

    baseplate: Baseplate = field(repr=False)
    account: str
    region: str
    principal: str
    """ARN of the caller: a role session, a user, the account's root, or a service (`sagemaker.amazonaws.com`)."""
    access_key: str = ""
    request_id: str = field(default_factory=naming.unique_id)
    cause: str = ""
    """Id of the event, execution, build or job that made this call happen; kept with whatever the call creates."""
    owner: int = 0
    """Id of the resource (a pipeline execution) to wake when what this call creates changes its status; 0 for none."""
    host: str = ""
    """The Host that the client spoke to, where an answer has to name an address; empty inside the server."""

    def call(self, service: str, operation: str, **request: Any) -> Shape:
        """Call another brick: the same validated operation that a client calls. Raises Refused as it would."""
        return self.baseplate.call(self, service, operation, request)

    def emit(self, source: str, detail_type: str, resources: list[str], detail: Shape) -> None:
        """Put an event into the outbox, in the transaction that is open (opens one where none is)."""
        self.baseplate.bus.emit(self, source, detail_type, resources, detail)

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account and region."""
        return str(naming.Arn(service, self.region, self.account, resource))


@dataclass(frozen=True)
class Brick:
    """One service: parts whose public methods are its operations, named as boto3 names them.

    `controllers` maps a kind's name to what drives its unfinished resources (see `baseplate.controllers`).
    """

    service: str
    parts: tuple[object, ...]
    controllers: Mapping[str, Controller] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None
    """Ends what the brick itself has running (threads, warm workers) when the server stops."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    """What events and schedules can start here, by the beginning of the ARN's resource part (`baseplate.targets`)."""
    family: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """Parts of other services of the same family, by service: their bricks are made of these (`sagemaker-runtime`)."""
    pages: Mapping[str, Page] = field(default_factory=dict)
    """What answers plain HTTP, by the beginning of its paths; each has to be among `bricks.PAGES`."""
    listener: Listener | None = None
    """Hears every event of every account; the service has to be among `bricks.LISTENERS`."""

    @cached_property
    def _operations(self) -> dict[str, Operation]:
        found: dict[str, Operation] = {}
        for part in self.parts:
            for name in dir(type(part)):
                if not name.startswith("_"):
                    found[name] = getattr(part, name)
        return found

    def operation(self, name: str) -> Operation | None:
        """The method for `CreateTrainingJob` is `create_training_job`; None where the brick has none."""
        return self._operations.get(xform_name(name))
