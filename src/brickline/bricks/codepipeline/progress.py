"""What an execution does next: in its stage, and in front of it. Pure.

waiting in front of a stage -> inside it -> waiting in front of the next ... -> Succeeded
                                         -> Failed: an action failed and those beside it have ended
                                         -> Stopped: it was asked to, and no action is at work any more
waiting                                  -> Superseded: a later execution has come to wait for the same stage
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from brickline.bricks.codepipeline.declaration import Stage

Kind = Literal["Wait", "Start", "Succeed", "Fail", "Stop", "Abandon"]
Stopping = Literal["", "stop", "abandon"]

RUNNING = "InProgress"


@dataclass(frozen=True)
class Move:
    """What is to be done in a stage; `actions` are those to start or to abandon."""

    kind: Kind
    actions: tuple[str, ...] = ()


def next_move(stage: Stage, states: Mapping[str, str], stopping: Stopping = "") -> Move:
    """`states` are the statuses of the actions that have started, by name."""
    running = tuple(name for name, status in states.items() if status == RUNNING)
    if stopping == "abandon" and running:
        return Move("Abandon", running)
    ready = () if stopping or _has_failed(states) else _ready(stage, states)
    if ready:
        return Move("Start", ready)
    if running:
        return Move("Wait")
    if _has_failed(states):
        return Move("Stop" if stopping else "Fail")
    if all(states.get(action.name) == "Succeeded" for action in stage.actions):
        return Move("Succeed")
    return Move("Stop")


def _has_failed(states: Mapping[str, str]) -> bool:
    return any(status in ("Failed", "Abandoned") for status in states.values())


def _ready(stage: Stage, states: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the lowest runOrder that is not through yet and that have not started."""
    open_actions = [action for action in stage.actions if states.get(action.name) != "Succeeded"]
    lowest = min((action.run_order for action in open_actions), default=0)
    return tuple(action.name for action in open_actions if action.run_order == lowest and action.name not in states)


@dataclass(frozen=True)
class Standing:
    """Where an execution stands. Executions are numbered in the order of their starts."""

    number: int
    stage: str
    is_inside: bool


def may_enter(me: Standing, others: Collection[Standing], mode: str) -> bool:
    """Whether an execution that waits may enter the stage, as far as other executions are concerned."""
    if mode == "PARALLEL":
        return True
    here = [other for other in others if other.stage == me.stage]
    if any(other.is_inside for other in here):
        return False
    return mode == "SUPERSEDED" or all(other.number > me.number for other in here)


def superseded(others: Sequence[Standing], mode: str) -> list[int]:
    """The numbers of those that wait in front of a stage where a later one waits, too."""
    if mode != "SUPERSEDED":
        return []
    waiting = [other for other in others if not other.is_inside]
    latest = {one.stage: max(other.number for other in waiting if other.stage == one.stage) for one in waiting}
    return [one.number for one in waiting if one.number < latest[one.stage]]
