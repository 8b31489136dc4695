"""The six fields of AWS's cron expressions: minutes, hours, day of month, month, day of week, year. Pure.

Source: eb-scheduled-rule-pattern.html, "Cron expressions". Days of the week are 1-7, and 1 is Sunday.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_LAST_YEAR = 2199
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
    )
}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}

DayTest = Callable[[date], bool]


class BadSchedule(Exception):
    """An expression that AWS refuses; the message says why."""


@dataclass(frozen=True)
class CronFields:
    """When an expression is due. `is_day` is of a day of a month that fits."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: tuple[int, ...]
    is_day: DayTest

    def days_from(self, first: date) -> Iterator[date]:
        """The days that fit, from `first` on."""
        for year in self.years:
            for month in sorted(self.months) if year >= first.year else ():
                for day in range(1, calendar.monthrange(year, month)[1] + 1):
                    found = date(year, month, day)
                    if found >= first and self.is_day(found):
                        yield found


@dataclass(frozen=True)
class _Field:
    """The values of one field, and the names that some of them have."""

    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)

    def values(self, text: str) -> frozenset[int]:
        """What lists, ranges and steps stand for. Raises BadSchedule."""
        return frozenset(value for part in text.split(",") for value in self._part(part))

    def _part(self, text: str) -> list[int]:
        span, slash, step_text = text.partition("/")
        step = self._step(step_text) if slash else 1
        if span == "*":
            return list(range(self.low, self.high + 1, step))
        first, dash, last = span.partition("-")
        start = self.number(first)
        if not dash:
            return list(range(start, self.high + 1, step)) if slash else [start]
        end = self.number(last)
        if start > end:  # 20-2: over the end and on from the beginning
            end += self.high - self.low + 1
        size = self.high - self.low + 1
        return [(value - self.low) % size + self.low for value in range(start, end + 1, step)]

    def number(self, text: str) -> int:
        value = self.names.get(text.upper(), int(text) if text.isdecimal() else -1)
        if not self.low <= value <= self.high:
            raise BadSchedule(f"{self.name}: {text!r} is not in {self.low}-{self.high}")
        return value

    def _step(self, text: str) -> int:
        if not text.isdecimal() or not 0 < int(text) <= self.high:
            raise BadSchedule(f"{self.name}: {text!r} is no step")
        return int(text)


_MINUTES = _Field("minutes", 0, 59)
_HOURS = _Field("hours", 0, 23)
_DAY_OF_MONTH = _Field("day-of-month", 1, 31)
_MONTH = _Field("month", 1, 12, _MONTHS)
_DAY_OF_WEEK = _Field("day-of-week", 1, 7, _DAYS)
_YEAR = _Field("year", 1970, _LAST_YEAR)


def parse_cron(text: str) -> CronFields:
    """Raises BadSchedule."""
    fields = text.split()
    if len(fields) != 6:
        raise BadSchedule(
            f"cron({text}): {len(fields)} fields, not 6 (minutes hours day-of-month month day-of-week year)"
        )
    minutes, hours, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise BadSchedule(f"cron({text}): one of day-of-month and day-of-week has to be ?, and the other must not")
    return CronFields(
        tuple(sorted(_MINUTES.values(minutes))),
        tuple(sorted(_HOURS.values(hours))),
        _MONTH.values(month),
        tuple(sorted(_YEAR.values(year))),
        _by_weekday(day_of_week) if day_of_month == "?" else _by_day(day_of_month),
    )


def _by_day(text: str) -> DayTest:
    """`L` is the month's last day, `15W` the weekday that is nearest to the 15th, `LW` the last weekday."""
    parts = text.upper().split(",")
    tests = [_special_day(part) for part in parts if "L" in part or "W" in part]
    plain = [part for part in parts if "L" not in part and "W" not in part]
    days = _DAY_OF_MONTH.values(",".join(plain)) if plain else frozenset()
    return lambda day: day.day in days or any(test(day) for test in tests)


def _special_day(text: str) -> DayTest:
    if text == "L":
        return lambda day: day == _last_day(day)
    if text == "LW":
        return lambda day: day == _nearest_weekday(_last_day(day))
    if not text.endswith("W"):
        raise BadSchedule(f"day-of-month: {text!r} is none of a day, L, LW and 15W")
    number = _DAY_OF_MONTH.number(text.removesuffix("W"))
    return lambda day: number <= _last_day(day).day and day == _nearest_weekday(day.replace(day=number))


def _last_day(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _nearest_weekday(day: date) -> date:
    """Monday to Friday, in the same month."""
    if day.weekday() == 5:
        return day - timedelta(1) if day.day > 1 else day + timedelta(2)
    if day.weekday() == 6:
        return day + timedelta(1) if day != _last_day(day) else day - timedelta(2)
    return day


_NTH = re.compile(r"(\w+)#([1-5])")


def _by_weekday(text: str) -> DayTest:
    """`L` is Saturday, `6L` the month's last Friday, `3#2` its second Tuesday."""
    if "#" in text:
        return _nth_weekday(text)
    if "/" in text:
        raise BadSchedule(f"day-of-week: {text!r}: steps are not for this field")
    parts = text.upper().split(",")
    last = frozenset(_DAY_OF_WEEK.number(part.removesuffix("L")) for part in parts if _is_last(part))
    plain = ["7" if part == "L" else part for part in parts if not _is_last(part)]
    days = _DAY_OF_WEEK.values(",".join(plain)) if plain else frozenset()
    return lambda day: _number(day) in days or (_number(day) in last and _is_in_last_week(day))


def _is_last(part: str) -> bool:
    return part.endswith("L") and part != "L"


def _nth_weekday(text: str) -> DayTest:
    found = _NTH.fullmatch(text)
    if found is None:
        raise BadSchedule(f"day-of-week: {text!r} is not like 3#2 (only one of these may stand in an expression)")
    weekday, nth = _DAY_OF_WEEK.number(found[1]), int(found[2])
    return lambda day: _number(day) == weekday and (day.day - 1) // 7 + 1 == nth


def _number(day: date) -> int:
    """1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _is_in_last_week(day: date) -> bool:
    return (day + timedelta(7)).month != day.month
