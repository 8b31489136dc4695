"""CodePipeline: declarations, executions that go through their stages, and what starts them."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.codepipeline.action_life import ActionController
from brickline.bricks.codepipeline.admission import Admission
from brickline.bricks.codepipeline.approvals import Approvals
from brickline.bricks.codepipeline.changes import Changes, Watches
from brickline.bricks.codepipeline.engine import ExecutionController
from brickline.bricks.codepipeline.executions import Executions
from brickline.bricks.codepipeline.jobs import Jobs
from brickline.bricks.codepipeline.kinds import ACTION, EXECUTION
from brickline.bricks.codepipeline.listings import Listings
from brickline.bricks.codepipeline.pipelines import Pipelines
from brickline.bricks.codepipeline.records import Records
from brickline.bricks.codepipeline.starts import Starts
from brickline.bricks.codepipeline.state import State
from brickline.bricks.codepipeline.tags import Tags
from brickline.bricks.codepipeline.target import PipelineTarget
from brickline.bricks.codepipeline.transitions import Transitions


def brick(baseplate: Baseplate) -> Brick:
    records = Records(baseplate)
    watches = Watches(baseplate, records)
    admission = Admission(records)
    starts = Starts(baseplate, records, admission)
    actions = ActionController(records)
    parts = (
        Pipelines(records, starts, watches),
        Executions(records, starts),
        State(records),
        Transitions(records),
        Approvals(records),
        Jobs(records, actions),
        Listings(records),
        Tags(records),
    )
    controllers: dict[str, Controller] = {EXECUTION.key: ExecutionController(records, admission), ACTION.key: actions}
    return Brick(
        "codepipeline",
        parts,
        controllers,
        targets={"": PipelineTarget(starts).start},
        listener=Changes(baseplate, watches, starts).listen,
    )
