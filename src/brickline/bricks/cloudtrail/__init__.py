"""CloudTrail: trails, and the events that they make EventBridge see: "AWS API Call via CloudTrail".

Log files are not written to the trail's bucket.
"""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.cloudtrail.kinds import TRAIL
from brickline.bricks.cloudtrail.recorder import Recorder
from brickline.bricks.cloudtrail.tags import Tags
from brickline.bricks.cloudtrail.trails import LoggingTrails, Trails


def brick(baseplate: Baseplate) -> Brick:
    recorder = Recorder(baseplate)
    baseplate.observers.append(recorder.observe)
    # A trail that logs is unfinished: so this brick is there as soon as the server is.
    return Brick("cloudtrail", (Trails(baseplate, recorder), Tags(baseplate)), {TRAIL.key: LoggingTrails(baseplate)})
