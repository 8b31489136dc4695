"""How long a cached result is good for: `ExpireAfter`, an ISO 8601 duration as SageMaker's own texts write it. Pure."""

from __future__ import annotations

import re

_DAY = 86400.0
_SECONDS = {"y": 365 * _DAY, "w": 7 * _DAY, "d": _DAY, "h": 3600.0, "s": 1.0}
_PART = re.compile(r"(t?)(\d+)([ymwdhs])")


def parse_duration(text: str) -> float:
    """Seconds in `P30D`, `p30d`, `30d`, `T16m`, `30dT5h`, `P4DT12H`; `m` is months before `T`, minutes after it.

    AWS's documentation leaves the P out and writes either case, so both are taken. Raises ValueError.
    """
    rest = text.lower().removeprefix("p")
    seconds, position, in_time = 0.0, 0, False
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None or (match[1] and in_time):
            break
        in_time = in_time or bool(match[1])
        seconds += int(match[2]) * (_minutes_or_months(in_time) if match[3] == "m" else _SECONDS[match[3]])
        position = match.end()
    if not rest or position < len(rest):
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as P30D or PT12H")
    return seconds


def _minutes_or_months(in_time: bool) -> float:
    return 60.0 if in_time else 30 * _DAY
