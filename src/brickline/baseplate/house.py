"""The baseplate as one thing: what every brick is given, and through which bricks call each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select

from brickline.baseplate import clock, models, schema
from brickline.baseplate.brick import Brick, Context, Listener, Shape
from brickline.baseplate.bus import Bus
from brickline.baseplate.client_environment import Addresses
from brickline.baseplate.controllers import Controller, Controllers
from brickline.baseplate.credentials import Credentials
from brickline.baseplate.delivery import Delivery
from brickline.baseplate.dispatch import Dispatch
from brickline.baseplate.errors import Refused
from brickline.baseplate.naming import Arn
from brickline.baseplate.objects import Objects
from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.baseplate.sessions import keep_session
from brickline.baseplate.settings import Settings
from brickline.baseplate.store import Store, dumps
from brickline.baseplate.targets import Target
from brickline.baseplate.validation import validate
from brickline.baseplate.watcher import Watcher

Observer = Callable[[Context, str, str, Shape, Shape], None]
"""Gets the context, service and operation of a call, its request and its answer."""

BrickMaker = Callable[["Baseplate"], Brick]


class Baseplate:
    """Store, objects, events, credentials, controllers - and the bricks on them, each made when first needed."""

    def __init__(self, settings: Settings, bricks: Mapping[str, BrickMaker], listeners: Iterable[str] = ()) -> None:
        """`listeners` are the services whose bricks hear of every event."""
        self.settings = settings
        self.data = settings.data
        self.addresses = Addresses(endpoint_url="")
        """Where clients reach this server; the server sets it once its ports are known, before `start`."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store = Store(settings.store_url or f"sqlite:///{self.data / 'state.db'}")
        self.objects = Objects(self.data / "objects")
        self.bus = Bus(self.store)
        self.credentials = Credentials(self.store)
        self.controllers = Controllers(self.store, self._controller_of)
        self.watcher = Watcher(self.data / "notify.sock", self.controllers.wake)
        self.delivery = Delivery(self.store, self.bus, {name: partial(self._listener_of, name) for name in listeners})
        self.dispatch = Dispatch(self.store, self.target, self.context)
        self.observers: list[Observer] = []
        """Told of each call that went well, of clients and between bricks, as soon as it did."""
        self._makers = bricks
        self._bricks: dict[str, Brick] = {}

    @property
    def services(self) -> list[str]:
        return sorted(self._makers)

    def start(self) -> None:
        """Begin to drive what is unfinished, and see to the default session's keys (`credentials.json`)."""
        self.credentials.sweep()
        keep_session(self.credentials, self.settings.account, self.data / "credentials.json")
        self.watcher.start()
        self.controllers.start()
        self.dispatch.start()
        self.delivery.start()

    def close(self) -> None:
        """Stop driving and close the store. Jobs run on; the next start picks them up."""
        self.delivery.close()
        self.dispatch.close()
        self.controllers.close()
        for brick in [*self._bricks.values()]:  # what one has left to say may make another (metrics: CloudWatch)
            brick.close()
        self.watcher.close()
        self.store.close()

    def brick(self, service: str) -> Brick | None:
        if brick := self._bricks.get(service):
            return brick
        if service not in self._makers:
            return None
        with self.store.write():  # not a lock of its own: one may be made in the midst of another brick's transaction
            if service not in self._bricks:
                self._bricks[service] = self._makers[service](self)
        return self._bricks[service]

    def has(self, service: str, operation: str) -> bool:
        brick = self.brick(service)
        return brick is not None and brick.operation(operation) is not None

    def page(self, service: str, start: str, request: PageRequest) -> PageResponse:
        """A brick's answer to plain HTTP at a path that begins with `start`."""
        brick = self.brick(service)
        return brick.pages[start](request) if brick else PageResponse(404)

    def target(self, arn: str) -> Target | None:
        """What can start the thing that the ARN names; None where it can be no target."""
        try:
            parsed = Arn.parse(arn)
        except ValueError:
            return None
        brick = self.brick(parsed.service)
        targets = brick.targets if brick else {}
        fitting = [start for start in targets if parsed.resource.startswith(start)]
        return targets[max(fitting, key=len)] if fitting else None

    def context(
        self, account: str = "", region: str = "", principal: str = "", cause: str = "", owner: int = 0
    ) -> Context:
        """A context of the server's own, with the default account and region where none is named."""
        account = account or self.settings.account
        return Context(
            baseplate=self,
            account=account,
            region=region or self.settings.region,
            principal=principal or f"arn:aws:iam::{account}:root",
            cause=cause,
            owner=owner,
        )

    def call(self, context: Context, service: str, operation: str, request: Shape) -> Shape:
        """Run an operation on a request that is checked against the service's model first.

        Raises Refused: `NotImplemented` where no brick has the operation, else what validation or the brick says.
        """
        brick = self.brick(service)
        method = brick.operation(operation) if brick else None
        if method is None:
            raise Refused(
                "NotImplemented",
                f"Brickline does not have {service}:{operation} yet; docs/operations.md lists what is there",
            )
        validate(models.service_model(service).operation_model(operation), request)
        answer = method(context, request)
        for observe in self.observers:
            observe(context, service, operation, request, answer)
        return answer

    def once(self, context: Context, operation: str, token: str | None, make: Callable[[], Shape]) -> Shape:
        """`make()`'s answer, the same one again for the same token (ClientRequestToken); in one transaction with it."""
        if not token:
            return make()
        table = schema.tokens
        place = {"account": context.account, "region": context.region, "operation": operation, "token": token}
        with self.store.write() as connection:
            known = connection.scalar(
                select(table.c.response).where(*(table.c[column] == value for column, value in place.items()))
            )
            if known is not None:
                answer: Shape = json.loads(known)
                return answer
            answer = make()
            connection.execute(insert(table).values(**place, response=dumps(answer), created=clock.now()))
            return answer

    def job_folder(self, resource_id: int, part: str = "") -> Path:
        """The folder of a resource's job (`part` tells several hosts apart)."""
        return self.data / "jobs" / (f"{resource_id}-{part}" if part else str(resource_id))

    def _controller_of(self, kind: str) -> Controller | None:
        brick = self.brick(kind.split("/")[0])
        return brick.controllers.get(kind) if brick else None

    def _listener_of(self, service: str) -> Listener | None:
        brick = self.brick(service)
        return brick.listener if brick else None
