"""What has room in the picture."""

from __future__ import annotations

from brickline.console.architecture.choice import MOST_IN_COLUMN, chosen
from brickline.console.architecture.model import Architecture, Block, Joint, join

RULE = "arn:aws:events:us-east-1:1:rule/r"


def test_what_is_joined_comes_before_what_is_newer() -> None:
    buckets = [Block("bucket", f"b{number}", f"b{number}", order=number) for number in range(MOST_IN_COLUMN + 4)]
    found = Architecture([*buckets, Block("pipeline", "p", "p")], [Joint("b0", "p")])
    shown = chosen(found)
    assert [block.arn for block in shown.blocks if block.kind == "bucket"][:2] == ["b0", f"b{MOST_IN_COLUMN + 3}"]
    assert len(shown.blocks) == MOST_IN_COLUMN + 1
    assert shown.cut == {"bucket"}


def test_joints_to_what_is_not_there_are_left_out() -> None:
    shown = chosen(Architecture([Block("bucket", "b", "b")], [Joint("b", "gone")]))
    assert shown.joints == []


def test_the_way_through_a_rule_is_shown_alone() -> None:
    blocks = [Block("repository", "git", "git"), Block("rule", RULE, "r"), Block("codepipeline", "cp", "cp")]
    found = Architecture(blocks, [Joint("git", RULE), Joint(RULE, "cp"), Joint("git", "cp")])
    assert {(one.source, one.target) for one in chosen(found).joints} == {("git", RULE), (RULE, "cp")}


def test_what_is_declared_wins_over_what_was_seen() -> None:
    parts = [Architecture(joints=[Joint("a", "b", is_seen=True)]), Architecture(joints=[Joint("a", "b")])]
    assert join(parts).joints == [Joint("a", "b")]
    assert join(parts[::-1]).joints == [Joint("a", "b")]
