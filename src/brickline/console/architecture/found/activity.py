"""What has been seen: which brick made another run, and where something has just happened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from brickline.baseplate import clock
from brickline.baseplate.schema import dispatches, outbox
from brickline.baseplate.store import Store
from brickline.baseplate.why import cause
from brickline.console.architecture.found.learning import last_execution
from brickline.console.architecture.model import Architecture, Ask, Block, Joint

_JUST = 4.0
"""Seconds for which an event lights up what it is of."""
_MOST_EVENTS = 200
_RUNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), brick)
    for pattern, brick in (
        (r"(arn:aws:codebuild:[^:]*:\d*:)build/([^:]+):.*", r"\1project/\2"),
        (r"(arn:aws:codepipeline:[^:]*:\d*:[^/:]+)/.*", r"\1"),
        (r"(arn:aws:sagemaker:[^:]*:\d*:pipeline/[^/]+)/.*", r"\1"),
        (r"(arn:aws:sagemaker:[^:]*:\d*:)model-package/([^/]+)/.*", r"\1model-package-group/\2"),
        (r"(arn:aws:lambda:[^:]*:\d*:function:[^:]+):.*", r"\1"),
        (r"(arn:aws:s3:::[^/]+)/.*", r"\1"),
    )
)
"""Runs and parts of bricks, and the brick that each is of."""


def brick_of(arn: str) -> str:
    """The ARN of the brick that a run, a version or an object belongs to."""
    return next((pattern.sub(brick, arn) for pattern, brick in _RUNS if pattern.fullmatch(arn)), arn)


def causes(ask: Ask, store: Store, blocks: Sequence[Block]) -> Architecture:
    """For each pipeline and endpoint, the brick that last started or made it."""
    joints = [
        Joint(brick_of(step["arn"]), block.arn, is_seen=True)
        for block in blocks
        if (made := _made(ask, block)) and (step := cause(store, made)) and step.get("arn")
    ]
    return Architecture(joints=joints)


def _made(ask: Ask, block: Block) -> str:
    """What has the cause: the last execution of a pipeline, the configuration that an endpoint now has."""
    if block.kind == "pipeline":
        last = last_execution(ask, block.name)
        return str(last["PipelineExecutionArn"]) if last else ""
    if block.kind == "endpoint":
        name = (ask("sagemaker", "DescribeEndpoint", EndpointName=block.name) or {}).get("EndpointConfigName", "")
        config = ask("sagemaker", "DescribeEndpointConfig", EndpointConfigName=name) if name else None
        return str(config["EndpointConfigArn"]) if config else ""
    return ""


def lit(store: Store) -> dict[str, int]:
    """The bricks at which something has just happened, each with the number of its last event."""
    return dict(_happened(store, clock.now() - _JUST))


def _happened(store: Store, since: float) -> Iterator[tuple[str, int]]:
    events = select(outbox.c.seq, outbox.c.resources, outbox.c.cause, outbox.c.time).order_by(outbox.c.seq.desc())
    orders = select(dispatches.c.id, dispatches.c.origin, dispatches.c.created).order_by(dispatches.c.id.desc())
    with store.read() as connection:
        for event in reversed(list(connection.execute(events.limit(_MOST_EVENTS)))):
            if event.time >= since:
                yield from ((brick_of(arn), event.seq) for arn in [*json.loads(event.resources), event.cause])
        for order in reversed(list(connection.execute(orders.limit(_MOST_EVENTS)))):
            if order.created >= since:
                yield brick_of(order.origin), order.id
