"""Schedule expressions in AWS's dialect: `at(...)`, `rate(...)` and `cron(...)`, and when they are due. Pure.

Across a change of the clocks, as EventBridge Scheduler has it: a local time that does not exist is skipped, one that
comes twice counts once, the first time (schedule-types.html#daylist-savings-time).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from brickline.baseplate.cron import BadSchedule, CronFields, parse_cron

__all__ = ["At", "BadSchedule", "Cron", "Rate", "Schedule", "parse_schedule", "zone_named"]

_FORM = re.compile(r"(at|rate|cron)\((.*)\)", re.DOTALL)
_RATE = re.compile(r"(\d+) +(minute|hour|day)(s?)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class At:
    """One moment, in epoch seconds."""

    moment: float

    def after(self, moment: float, _anchor: float) -> float | None:
        return self.moment if self.moment > moment else None


@dataclass(frozen=True)
class Rate:
    """Every so many seconds, counted from an anchor: when it was made, switched on, or is to begin."""

    seconds: int

    def after(self, moment: float, anchor: float) -> float | None:
        if moment < anchor:
            return anchor + self.seconds
        return anchor + ((moment - anchor) // self.seconds + 1) * self.seconds


@dataclass(frozen=True)
class Cron:
    """Minutes of a calendar, in a time zone."""

    fields: CronFields
    zone: ZoneInfo

    def after(self, moment: float, _anchor: float) -> float | None:
        """The first minute later than `moment`; None where there is none up to the year 2199."""
        first = datetime.fromtimestamp(moment, self.zone).date()
        for day in self.fields.days_from(first):
            for hour in self.fields.hours:
                for minute in self.fields.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                    found = local.timestamp()
                    if found > moment and _exists(local):
                        return found
        return None


Schedule = At | Rate | Cron
"""`after(moment, anchor)` gives the next time that is later than `moment`, in epoch seconds, or None."""


def parse_schedule(text: str, zone: str = "UTC", *, strict_units: bool = True) -> Schedule:
    """Raises BadSchedule, which says what is wrong. `strict_units`: `1 minute` but `2 minutes`, as rules want it."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise BadSchedule(f"{text!r} is none of at(...), rate(...) and cron(...)")
    kind, inner, place = form[1], form[2].strip(), zone_named(zone)
    if kind == "rate":
        return _rate(inner, strict_units)
    return Cron(parse_cron(inner), place) if kind == "cron" else _at(inner, place)


def latest_due(schedule: Schedule, first: float, now: float, anchor: float) -> float:
    """The last time that was due in `first` (itself due) to `now`: of those that were missed, the one that counts."""
    span = 3600.0
    while span < 2 * (now - first):
        found = _last_after(schedule, now - span, now, anchor)
        if found is not None and found > first:
            return found
        span *= 4
    return _last_after(schedule, first, now, anchor) or first


def _last_after(schedule: Schedule, start: float, now: float, anchor: float) -> float | None:
    found = None
    following = schedule.after(start, anchor)
    while following is not None and following <= now:
        found, following = following, schedule.after(following, anchor)
    return found


def zone_named(name: str) -> ZoneInfo:
    """Raises BadSchedule where there is no such IANA time zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadSchedule(f"{name!r} is no time zone of the IANA database (Asia/Seoul, UTC, ...)") from None


def _rate(text: str, strict_units: bool) -> Rate:
    found = _RATE.fullmatch(text)
    if found is None:
        raise BadSchedule(f"rate({text}): give a number and minutes, hours or days, such as rate(5 minutes)")
    number, unit, plural = int(found[1]), found[2], bool(found[3])
    if number < 1:
        raise BadSchedule(f"rate({text}): the number has to be greater than 0")
    if strict_units and plural != (number > 1):
        raise BadSchedule(f"rate({text}): write {number} {unit}{'s' if number > 1 else ''}")
    return Rate(number * _SECONDS[unit])


def _at(text: str, zone: ZoneInfo) -> At:
    if not _AT.fullmatch(text):
        raise BadSchedule(f"at({text}): give a local time like at(2026-11-23T10:00:00)")
    try:
        return At(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())
    except ValueError as error:
        raise BadSchedule(f"at({text}): {error}") from None


def _exists(local: datetime) -> bool:
    """Whether the clocks ever show this local time."""
    back = datetime.fromtimestamp(local.timestamp(), UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None) - local.replace(tzinfo=None) == timedelta(0)
