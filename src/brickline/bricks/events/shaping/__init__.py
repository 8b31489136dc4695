"""What a target is given of an event: the event, a part of it, a constant, or a template filled in. Pure."""

from __future__ import annotations

from brickline.bricks.events.shaping.paths import MISSING, BadPath, parse_path, value_at
from brickline.bricks.events.shaping.target_input import NotShaped, RuleNames, shaped_input, shaped_parameters
from brickline.bricks.events.shaping.template import BadTemplate, Template

__all__ = [
    "MISSING",
    "BadPath",
    "BadTemplate",
    "NotShaped",
    "RuleNames",
    "Template",
    "parse_path",
    "shaped_input",
    "shaped_parameters",
    "value_at",
]
