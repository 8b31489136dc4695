"""STS: who is calling, and sessions of roles."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.sts.assume_role import AssumeRole
from brickline.bricks.sts.identity import Identity
from brickline.bricks.sts.session_token import SessionToken


def brick(baseplate: Baseplate) -> Brick:
    return Brick("sts", (AssumeRole(baseplate), Identity(baseplate), SessionToken(baseplate)))
