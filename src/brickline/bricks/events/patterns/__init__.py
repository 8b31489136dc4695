"""Event patterns: parsed, matched, and indexed. Pure: nothing in here knows of rules or of the store."""

from __future__ import annotations

from brickline.bricks.events.patterns.fields import Fields, fields_of
from brickline.bricks.events.patterns.index import PatternIndex
from brickline.bricks.events.patterns.matching import matches
from brickline.bricks.events.patterns.parsing import BadPattern, Pattern, parse_pattern

__all__ = ["BadPattern", "Fields", "Pattern", "PatternIndex", "fields_of", "matches", "parse_pattern"]
