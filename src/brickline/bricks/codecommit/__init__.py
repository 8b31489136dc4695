"""CodeCommit: git repositories over smart HTTP, and what is done to them by the API.

Other bricks reach a commit's files by `places.py`'s operations, or clone over HTTP as anybody does.
"""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.codecommit.approvals import Approvals
from brickline.bricks.codecommit.branches import Branches
from brickline.bricks.codecommit.comments import Comments
from brickline.bricks.codecommit.commits import Commits
from brickline.bricks.codecommit.files import Files
from brickline.bricks.codecommit.kinds import PUSH, TRIGGER_RUN
from brickline.bricks.codecommit.merges import Merges
from brickline.bricks.codecommit.places import Places
from brickline.bricks.codecommit.pull_requests import PullRequests
from brickline.bricks.codecommit.pushes import Pushes
from brickline.bricks.codecommit.repositories import Repositories
from brickline.bricks.codecommit.smart_http import SmartHttp
from brickline.bricks.codecommit.tags import Tags
from brickline.bricks.codecommit.triggers import Triggers
from brickline.bricks.codecommit.writing import Writing


def brick(baseplate: Baseplate) -> Brick:
    places = Places(baseplate)
    triggers = Triggers(baseplate, places)
    pushes = Pushes(baseplate, places, triggers)
    pull_requests = PullRequests(baseplate, places, pushes)
    pushes.on_branch(pull_requests.branch_moved)
    parts = (
        Repositories(baseplate, places),
        Branches(places, pushes),
        Commits(places),
        Files(places),
        Writing(places, pushes),
        Merges(places, pushes),
        pull_requests,
        Approvals(baseplate),
        Comments(baseplate, places),
        triggers,
        Tags(baseplate),
    )
    controllers: dict[str, Controller] = {PUSH.key: pushes, TRIGGER_RUN.key: triggers}
    return Brick("codecommit", parts, controllers, pages={"/v1/repos": SmartHttp(baseplate, places, pushes).answer})
