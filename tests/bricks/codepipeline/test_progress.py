"""What an execution does next: tables."""

from __future__ import annotations

import pytest
from tests.bricks.codepipeline.conftest import manual, stage

from brickline.bricks.codepipeline.declaration import Action, Stage
from brickline.bricks.codepipeline.progress import Move, Standing, Stopping, may_enter, next_move, superseded

RUN, DONE, BAD, LEFT = "InProgress", "Succeeded", "Failed", "Abandoned"


def two_groups() -> Stage:
    """A and B at once, then C."""
    declared = stage("S", manual("A"), manual("B"), manual("C", runOrder=5))
    return Stage(declared, tuple(Action("S", one) for one in declared["actions"]))


@pytest.mark.parametrize(
    ("states", "stopping", "move"),
    [
        ({}, "", Move("Start", ("A", "B"))),
        ({"A": RUN, "B": RUN}, "", Move("Wait")),
        ({"A": DONE, "B": RUN}, "", Move("Wait")),
        ({"A": DONE, "B": DONE}, "", Move("Start", ("C",))),
        ({"A": DONE, "B": DONE, "C": RUN}, "", Move("Wait")),
        ({"A": DONE, "B": DONE, "C": DONE}, "", Move("Succeed")),
        ({"A": BAD, "B": RUN}, "", Move("Wait")),
        ({"A": BAD, "B": DONE}, "", Move("Fail")),
        ({"A": DONE, "B": DONE, "C": BAD}, "", Move("Fail")),
        ({"B": DONE}, "", Move("Start", ("A",))),  # a retry of what failed
        ({}, "stop", Move("Stop")),
        ({"A": RUN, "B": DONE}, "stop", Move("Wait")),
        ({"A": DONE, "B": DONE}, "stop", Move("Stop")),
        ({"A": DONE, "B": DONE, "C": DONE}, "stop", Move("Succeed")),
        ({"A": BAD, "B": DONE}, "stop", Move("Stop")),
        ({"A": RUN, "B": DONE}, "abandon", Move("Abandon", ("A",))),
        ({"A": LEFT, "B": DONE}, "abandon", Move("Stop")),
    ],
)
def test_the_next_move_in_a_stage(states: dict[str, str], stopping: Stopping, move: Move) -> None:
    assert next_move(two_groups(), states, stopping) == move


def waiting(number: int, stage_name: str = "S") -> Standing:
    return Standing(number, stage_name, is_inside=False)


def inside(number: int, stage_name: str = "S") -> Standing:
    return Standing(number, stage_name, is_inside=True)


@pytest.mark.parametrize(
    ("others", "modes"),
    [
        ([], {"SUPERSEDED", "QUEUED", "PARALLEL"}),
        ([inside(1, "Other")], {"SUPERSEDED", "QUEUED", "PARALLEL"}),
        ([inside(1)], {"PARALLEL"}),
        ([waiting(1)], {"SUPERSEDED", "PARALLEL"}),
        ([waiting(3)], {"SUPERSEDED", "QUEUED", "PARALLEL"}),
        ([inside(1), waiting(3)], {"PARALLEL"}),
    ],
)
def test_who_may_enter_a_stage(others: list[Standing], modes: set[str]) -> None:
    all_modes = ("SUPERSEDED", "QUEUED", "PARALLEL")
    assert {mode for mode in all_modes if may_enter(waiting(2), others, mode)} == modes


def test_a_later_one_supersedes_those_that_wait_for_the_same_stage() -> None:
    standings = [inside(1), waiting(2), waiting(3), waiting(4), waiting(5, "Other")]
    assert superseded(standings, "SUPERSEDED") == [2, 3]
    assert superseded(standings, "QUEUED") == []
