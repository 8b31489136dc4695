"""The last events, whatever they are of."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any

from sqlalchemy import Row, select

from brickline.baseplate.brick import Shape
from brickline.baseplate.bus import NO_BUS
from brickline.baseplate.schema import outbox
from brickline.baseplate.store import Store

_STATES = (
    "state",
    "build-status",
    "currentPipelineExecutionStatus",
    "currentStepStatus",
    "TrainingJobStatus",
    "ProcessingJobStatus",
    "TransformJobStatus",
    "EndpointStatus",
    "ModelApprovalStatus",
)
"""Where the details of events say how their thing stands now."""

_LOOKED_AT = 200
_PARTS = re.compile(r" (Phase|Stage|Action|Step) ")
"""In types of events that tell of a part of a run, whose own events are enough to read."""


def events(store: Store, most: int) -> list[Shape]:
    """The newest first, without those of the parts of runs.

    Each has `id`, `time` (epoch seconds), `source`, `type`, `resources` (ARNs) and `state` ("" for none).
    """
    query = select(outbox).where(outbox.c.bus != NO_BUS).order_by(outbox.c.seq.desc()).limit(_LOOKED_AT)
    with store.read() as connection:
        found = connection.execute(query)
        whole = (row for row in found if not _PARTS.search(row.detail_type))
        return [_shown(row) for row in islice(whole, most)]


def _shown(row: Row[Any]) -> Shape:
    detail = json.loads(row.detail)
    return {
        "id": row.id,
        "time": row.time,
        "source": row.source,
        "type": row.detail_type,
        "resources": json.loads(row.resources),
        "state": next((str(detail[name]) for name in _STATES if detail.get(name)), ""),
    }
