"""Which bricks have room in the picture: what is joined before what stands alone, and the newest first. Pure."""

from __future__ import annotations

from brickline.console.architecture.model import COLUMNS, Architecture, Block

MOST_IN_COLUMN = 8


def chosen(found: Architecture) -> Architecture:
    """The architecture with at most `MOST_IN_COLUMN` bricks a column, and the joints between those."""
    known = {block.arn for block in found.blocks}
    joints = [joint for joint in found.joints if joint.source in known and joint.target in known]
    joined = {arn for joint in joints for arn in (joint.source, joint.target)}
    drawn: list[Block] = []
    cut = set(found.cut)
    for _, kinds in COLUMNS:
        ranked = sorted(
            (block for block in found.blocks if block.kind in kinds),
            key=lambda block: (block.arn in joined, block.order),
            reverse=True,
        )
        drawn += ranked[:MOST_IN_COLUMN]
        cut |= {block.kind for block in ranked[MOST_IN_COLUMN:]}
    shown = {block.arn for block in drawn}
    kept = [joint for joint in joints if joint.source in shown and joint.target in shown]
    ways = {(joint.source, joint.target) for joint in kept}
    through_rule = {
        (source, target) for source, rule in ways if ":rule/" in rule for other, target in ways if other == rule
    }
    plain = [joint for joint in kept if (joint.source, joint.target) not in through_rule]
    return Architecture(drawn, plain, frozenset(cut), found.lit)
