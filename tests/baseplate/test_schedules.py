"""Schedule expressions: what they mean, and what is refused."""

# ruff: noqa: E501 - tables
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickline.baseplate.schedules import BadSchedule, latest_due, parse_schedule


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def times(expression: str, after: str, count: int, zone: str = "UTC") -> list[str]:
    """The next times after a moment, in UTC."""
    schedule, now, found = parse_schedule(expression, zone), moment(after), []
    for _ in range(count):
        following = schedule.after(now, now)
        if following is None:
            break
        now = following
        found.append(datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M"))
    return found


CRON: list[tuple[str, str, list[str]]] = [
    ("cron(0 10 * * ? *)", "2026-11-23T09:59:59", ["2026-11-23T10:00", "2026-11-24T10:00"]),
    ("cron(0 10 * * ? *)", "2026-11-23T10:00:00", ["2026-11-24T10:00"]),
    ("cron(15 12 * * ? *)", "2026-12-31T12:15:00", ["2027-01-01T12:15"]),
    ("cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00:00", ["2026-11-30T18:00", "2026-12-01T18:00"]),
    ("cron(0 8 1 * ? *)", "2026-11-23T00:00:00", ["2026-12-01T08:00", "2027-01-01T08:00"]),
    ("cron(0/15 * * * ? *)", "2026-11-23T10:50:00", ["2026-11-23T11:00", "2026-11-23T11:15"]),
    ("cron(*/20 10 * * ? *)", "2026-11-23T10:05:00", ["2026-11-23T10:20", "2026-11-23T10:40", "2026-11-24T10:00"]),
    ("cron(0/10 * ? * MON-FRI *)", "2026-11-28T00:00:00", ["2026-11-30T00:00", "2026-11-30T00:10"]),
    ("cron(0/5 8-17 ? * MON-FRI *)", "2026-11-23T17:54:00", ["2026-11-23T17:55", "2026-11-24T08:00"]),
    ("cron(5-20/5 0 * * ? *)", "2026-11-23T00:05:00", ["2026-11-23T00:10", "2026-11-23T00:15", "2026-11-23T00:20", "2026-11-24T00:05"]),
    ("cron(0 20-2 * * ? *)", "2026-11-23T22:30:00", ["2026-11-23T23:00", "2026-11-24T00:00", "2026-11-24T01:00", "2026-11-24T02:00", "2026-11-24T20:00"]),
    ("cron(0,30 6 * * ? *)", "2026-11-23T06:00:00", ["2026-11-23T06:30", "2026-11-24T06:00"]),
    ("cron(0 0 L * ? *)", "2026-11-23T00:00:00", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-31T00:00", "2027-02-28T00:00"]),
    ("cron(0 0 LW * ? *)", "2026-10-30T12:00:00", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-29T00:00"]),
    ("cron(0 0 15W * ? *)", "2026-08-01T00:00:00", ["2026-08-14T00:00", "2026-09-15T00:00", "2026-10-15T00:00", "2026-11-16T00:00"]),
    ("cron(0 0 1W * ? *)", "2026-07-15T00:00:00", ["2026-08-03T00:00", "2026-09-01T00:00"]),
    ("cron(0 0 31W * ? *)", "2027-01-01T00:00:00", ["2027-01-29T00:00", "2027-03-31T00:00"]),
    ("cron(0 0 1,15 * ? *)", "2026-11-01T00:00:00", ["2026-11-15T00:00", "2026-12-01T00:00"]),
    ("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
    ("cron(0 0 31 2 ? *)", "2026-01-01T00:00:00", []),
    ("cron(0 0 ? * 1 *)", "2026-11-23T00:00:00", ["2026-11-29T00:00"]),
    ("cron(0 0 ? * 7 *)", "2026-11-23T00:00:00", ["2026-11-28T00:00"]),
    ("cron(0 0 ? * L *)", "2026-11-23T00:00:00", ["2026-11-28T00:00", "2026-12-05T00:00"]),
    ("cron(0 0 ? * 6L *)", "2026-11-01T00:00:00", ["2026-11-27T00:00", "2026-12-25T00:00"]),
    ("cron(0 0 ? * FRIL *)", "2026-11-01T00:00:00", ["2026-11-27T00:00"]),
    ("cron(0 0 ? * 3#2 *)", "2026-11-01T00:00:00", ["2026-11-10T00:00", "2026-12-08T00:00"]),
    ("cron(0 0 ? * TUE#5 *)", "2026-11-01T00:00:00", ["2026-12-29T00:00", "2027-03-30T00:00"]),
    ("cron(0 0 ? * SUN,WED *)", "2026-11-23T00:00:00", ["2026-11-25T00:00", "2026-11-29T00:00"]),
    ("cron(0 0 ? * FRI-MON *)", "2026-11-26T00:00:00", ["2026-11-27T00:00", "2026-11-28T00:00", "2026-11-29T00:00", "2026-11-30T00:00", "2026-12-04T00:00"]),
    ("cron(0 0 1 JAN ? *)", "2026-11-23T00:00:00", ["2027-01-01T00:00", "2028-01-01T00:00"]),
    ("cron(0 0 1 jan,Jul ? *)", "2026-11-23T00:00:00", ["2027-01-01T00:00", "2027-07-01T00:00"]),
    ("cron(0 0 1 NOV-FEB ? *)", "2026-11-23T00:00:00", ["2026-12-01T00:00", "2027-01-01T00:00", "2027-02-01T00:00", "2027-11-01T00:00"]),
    ("cron(0 0 1 1/6 ? *)", "2026-11-23T00:00:00", ["2027-01-01T00:00", "2027-07-01T00:00"]),
    ("cron(0 0 1 1 ? 2030)", "2026-11-23T00:00:00", ["2030-01-01T00:00"]),
    ("cron(0 0 1 1 ? 2020)", "2026-11-23T00:00:00", []),
    ("cron(0 0 1 1 ? 2027-2028)", "2026-11-23T00:00:00", ["2027-01-01T00:00", "2028-01-01T00:00"]),
    ("cron(30 10 ? * 6L 2022-2027)", "2027-12-01T00:00:00", ["2027-12-31T10:30"]),
    ("cron(  0  10  *  *  ?  * )", "2026-11-23T00:00:00", ["2026-11-23T10:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "after", "expected"), CRON, ids=[case[0] for case in CRON])
def test_cron(expression: str, after: str, expected: list[str]) -> None:
    assert times(expression, after, max(len(expected), 1)) == expected


ZONES: list[tuple[str, str, str, list[str]]] = [
    ("Seoul has no summer time", "Asia/Seoul", "2026-11-23T00:00:00", ["2026-11-23T01:30", "2026-11-24T01:30"]),
    ("before and after the clocks go forward", "America/New_York", "2026-03-07T12:00:00",
     ["2026-03-07T15:30", "2026-03-08T14:30", "2026-03-09T14:30"]),
    ("before and after the clocks go back", "America/New_York", "2026-10-31T12:00:00",
     ["2026-10-31T14:30", "2026-11-01T15:30", "2026-11-02T15:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "after", "expected"), [case[1:] for case in ZONES], ids=[case[0] for case in ZONES])
def test_cron_in_a_time_zone(zone: str, after: str, expected: list[str]) -> None:
    assert times("cron(30 10 * * ? *)", after, len(expected), zone) == expected


def test_a_local_time_that_does_not_exist_is_skipped() -> None:
    # 2026-03-08 in New York: 01:59:59 EST is followed by 03:00:00 EDT
    found = times("cron(30 2 * * ? *)", "2026-03-07T00:00:00", 3, "America/New_York")
    assert found == ["2026-03-07T07:30", "2026-03-09T06:30", "2026-03-10T06:30"]


def test_a_local_time_that_comes_twice_counts_once() -> None:
    # 2026-11-01 in New York: 01:59:59 EDT is followed by 01:00:00 EST
    found = times("cron(30 1 * * ? *)", "2026-10-31T12:00:00", 2, "America/New_York")
    assert found == ["2026-11-01T05:30", "2026-11-02T06:30"]


def test_every_half_hour_while_the_clocks_go_back() -> None:
    found = times("cron(0/30 * * * ? *)", "2026-11-01T04:45:00", 4, "America/New_York")
    assert found == ["2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T07:00", "2026-11-01T07:30"]


RATES: list[tuple[str, int]] = [
    ("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(12 hours)", 43200),
    ("rate(1 day)", 86400), ("rate(7 days)", 604800),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "seconds"), RATES)
def test_rate(expression: str, seconds: int) -> None:
    schedule = parse_schedule(expression)
    assert schedule.after(1000.0, 1000.0) == 1000 + seconds
    assert schedule.after(1000.0 + seconds, 1000.0) == 1000 + 2 * seconds
    assert schedule.after(1000.0 + 9.5 * seconds, 1000.0) == 1000 + 10 * seconds
    assert schedule.after(0.0, 1000.0) == 1000 + seconds


def test_at() -> None:
    assert times("at(2026-11-23T10:00:00)", "2026-11-23T09:00:00", 2) == ["2026-11-23T10:00"]
    assert times("at(2026-11-23T10:00:00)", "2026-11-23T10:00:00", 1) == []
    assert times("at(2026-11-23T10:00:00)", "2026-11-22T00:00:00", 1, "Asia/Seoul") == ["2026-11-23T01:00"]


def test_units_may_be_lenient() -> None:
    assert parse_schedule("rate(1 minutes)", strict_units=False) == parse_schedule("rate(1 minute)")


REFUSED = [
    "", "rate", "every(5 minutes)", "rate()", "rate(5)", "rate(0 minutes)", "rate(-1 minutes)", "rate(1 minutes)",
    "rate(5 minute)", "rate(5 seconds)", "rate(1.5 hours)", "rate(5minutes)", "RATE(5 minutes)", "rate(5 minutes", "rate(5 Minutes)",
    "cron()", "cron(* * * * *)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(0 10 1 * 2 *)", "cron(0 10 * * ? * *)",
    "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 10 0 * ? *)", "cron(0 10 32 * ? *)", "cron(0 10 * 13 ? *)",
    "cron(0 10 * 0 ? *)", "cron(0 10 ? * 0 *)", "cron(0 10 ? * 8 *)", "cron(0 10 * * ? 1969)", "cron(0 10 * * ? 2200)",
    "cron(0 10 ? * 3#6 *)", "cron(0 10 ? * 3#0 *)", "cron(0 10 ? * 3#2,5#1 *)", "cron(0 10 ? * 2/2 *)", "cron(0 10 L-3 * ? *)",
    "cron(0 10 W * ? *)", "cron(a 10 * * ? *)", "cron(0/0 10 * * ? *)", "cron(0/ 10 * * ? *)", "cron(1- 10 * * ? *)",
    "cron(0 ? * * ? *)", "cron(0 10 * FOO ? *)", "cron(0 10 ? * FUN *)", "cron(0 10 * * ? L)", "cron(,1 10 * * ? *)",
    "at(2026-11-23)", "at(2026-11-23T10:00:00Z)", "at(2026-13-23T10:00:00)", "at(2026-11-23 10:00:00)", "at()",
]  # fmt: skip


@pytest.mark.parametrize("expression", REFUSED)
def test_an_expression_that_is_refused(expression: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(expression)


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd", "utc+1"])
def test_a_time_zone_that_is_none(zone: str) -> None:
    with pytest.raises(BadSchedule, match="time zone"):
        parse_schedule("cron(0 10 * * ? *)", zone)


MISSED: list[tuple[str, str, str, str]] = [
    ("cron(0 10 * * ? *)", "2026-11-01T10:00", "2026-11-23T12:00", "2026-11-23T10:00"),
    ("cron(0 10 * * ? *)", "2026-11-23T10:00", "2026-11-23T10:00", "2026-11-23T10:00"),
    ("cron(0/5 * * * ? *)", "2025-11-23T10:00", "2026-11-23T10:07", "2026-11-23T10:05"),
    ("cron(0 0 1 1 ? *)", "2020-01-01T00:00", "2026-11-23T00:00", "2026-01-01T00:00"),
    ("cron(0 0 1 1 ? 2020)", "2020-01-01T00:00", "2026-11-23T00:00", "2020-01-01T00:00"),
    ("rate(5 minutes)", "2026-11-23T10:00", "2026-11-23T10:14", "2026-11-23T10:10"),
]


@pytest.mark.parametrize(("expression", "first", "now", "expected"), MISSED)
def test_the_last_of_the_times_that_were_missed(expression: str, first: str, now: str, expected: str) -> None:
    found = latest_due(parse_schedule(expression), moment(first), moment(now), moment(first))
    assert found == moment(expected)


# Against a slow and obvious reading of the fields, minute by minute.
_numbers = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (1, 7)}


def _field(name: str) -> st.SearchStrategy[str]:
    low, high = _numbers[name]
    number = st.integers(low, high)
    forms = [number.map(str), st.tuples(number, number).map(lambda pair: f"{pair[0]}-{pair[1]}")]
    if name != "weekday":
        forms.append(st.tuples(number, st.integers(1, high)).map(lambda pair: f"{pair[0]}/{pair[1]}"))
    return st.one_of(st.just("*"), st.lists(st.one_of(*forms), min_size=1, max_size=2).map(",".join))


def _holds(text: str, value: int) -> bool:
    for part in text.split(","):
        if part == "*":
            return True
        if "/" in part:
            start, step = map(int, part.split("/"))
            if value >= start and (value - start) % step == 0:
                return True
        elif "-" in part:
            start, end = map(int, part.split("-"))
            if start <= value <= end if start <= end else value >= start or value <= end:
                return True
        elif int(part) == value:
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*map(_field, ("minute", "hour", "day", "month", "weekday"))),
    st.booleans(),
    st.integers(0, 60 * 24 * 365 * 4),
)
def test_cron_agrees_with_a_slow_reading(fields: tuple[str, ...], by_weekday: bool, minutes: int) -> None:
    minute, hour, day, month, weekday = fields
    days = f"? {month} {weekday}" if by_weekday else f"{day} {month} ?"
    start = moment("2026-01-01T00:00") + 60 * minutes
    found = parse_schedule(f"cron({minute} {hour} {days} *)").after(start, start)
    wanted = None
    for later in range(1, 60 * 24 * 3):
        local = datetime.fromtimestamp(start + 60 * later, UTC)
        is_day = _holds(weekday, local.isoweekday() % 7 + 1) if by_weekday else _holds(day, local.day)
        if is_day and _holds(month, local.month) and _holds(hour, local.hour) and _holds(minute, local.minute):
            wanted = start + 60 * later
            break
    assert found == wanted if wanted is not None else found is None or found > start + 60 * (60 * 24 * 3 - 1)
