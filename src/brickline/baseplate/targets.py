"""What a rule or a schedule can start: each brick declares its targets, and whoever delivers finds them by ARN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brickline.baseplate.brick import Context, Shape


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    arn: str
    """The target's."""
    payload: str
    """JSON text: the event, or what the rule's input shaping made of it."""
    parameters: Shape = field(default_factory=dict)
    """The target's own members beside its ARN, as the API has them (`SageMakerPipelineParameters`, `RoleArn`, ...)."""
    token: str = ""
    """The same when the delivery is repeated: what is started by it is started once (a ClientRequestToken)."""
    origin: str = ""
    """The ARN of the rule, schedule or bucket that wants it."""


@dataclass(frozen=True)
class SlowTarget:
    """A target that may take long: it runs in a thread of its own and outside of any transaction.

    Where the server is killed between its end and the note of that, it runs again: what it starts should take the
    delivery's token.
    """

    start: Callable[[Context, Delivery], str]

    def __call__(self, context: Context, delivery: Delivery) -> str:
        return self.start(context, delivery)


Target = Callable[["Context", Delivery], str]
"""Starts what the ARN names; gives the ARN of what it started ("" where nothing lasts). Raises Refused.

It runs in the transaction that notes the delivery as done, so it must be quick and only write into the store: what
takes time is a resource for a controller.

The context's `cause` is the event's id. A brick's `targets` are keyed by the beginning of the ARN's resource part:
`{"pipeline/": start_pipeline}` for `arn:aws:sagemaker:...:pipeline/NAME`; "" takes every ARN of the service.
"""
