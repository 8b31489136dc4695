"""Retry policies: which failures of a step are tried again, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SERVICE_FAULT = "Step.SERVICE_FAULT"
THROTTLING = "Step.THROTTLING"
JOB_INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
FAULTS = (SERVICE_FAULT, THROTTLING, JOB_INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT, "Emr.RESOURCE_LIMIT")
"""The kinds of failure that a policy can name."""

_MOST_ATTEMPTS = 5
"""Where a policy says nothing."""

_LIMITS = {"MaxAttempts": 20, "ExpireAfterMin": 14400, "IntervalSeconds": 43200}


class BadPolicy(ValueError):
    """A policy that does not do, and why."""


@dataclass(frozen=True)
class RetryPolicy:
    """At most `max_attempts` retries, or retries for `expires_after` seconds, for the failures in `faults`."""

    faults: tuple[str, ...]
    interval: float = 1.0
    backoff: float = 2.0
    max_attempts: int | None = None
    expires_after: float | None = None


@dataclass(frozen=True)
class Failure:
    """A failed attempt: what kind of failure, and when."""

    fault: str
    time: float


_ALWAYS = RetryPolicy(faults=(SERVICE_FAULT, THROTTLING), max_attempts=_MOST_ATTEMPTS)
"""Pipelines retry service faults and throttling without being asked (AWS: Retry Policy for Pipeline Steps)."""


def parse_policy(declared: Any) -> RetryPolicy:
    """Raises BadPolicy."""
    if not isinstance(declared, dict):
        raise BadPolicy("a structure with ExceptionType is needed")
    limits = {member: _limit(declared, member) for member in _LIMITS}
    if limits["MaxAttempts"] is not None and limits["ExpireAfterMin"] is not None:
        raise BadPolicy("only one of MaxAttempts and ExpireAfterMin can be given")
    backoff = declared.get("BackoffRate", 2.0)
    if not _is_number(backoff) or backoff < 1:
        raise BadPolicy(f"BackoffRate: {backoff!r} is not a number of at least 1")
    minutes = limits["ExpireAfterMin"]
    return RetryPolicy(
        faults=_faults(declared.get("ExceptionType")),
        interval=1.0 if limits["IntervalSeconds"] is None else float(limits["IntervalSeconds"]),
        backoff=float(backoff),
        max_attempts=None if minutes is not None else limits["MaxAttempts"] or _MOST_ATTEMPTS,
        expires_after=None if minutes is None else minutes * 60.0,
    )


def check_policies(policies: Sequence[RetryPolicy]) -> None:
    """Raises BadPolicy where two policies are for the same kind of failure."""
    named = [fault for policy in policies for fault in policy.faults]
    for fault in named:
        if named.count(fault) > 1:
            raise BadPolicy(f"more than one policy is for {fault}")


def retry_delay(policies: Sequence[RetryPolicy], failures: Sequence[Failure]) -> float | None:
    """Seconds from the last of `failures` until the next attempt; None where there is to be none."""
    last = failures[-1]
    policy = policy_for(policies, last.fault)
    if policy is None:
        return None
    alike = [failure for failure in failures if failure.fault in policy.faults]
    delay = policy.interval * policy.backoff ** (len(alike) - 1)
    if policy.max_attempts is not None and len(alike) > policy.max_attempts:
        return None
    if policy.expires_after is not None and last.time + delay > alike[0].time + policy.expires_after:
        return None
    return delay


def policy_for(policies: Sequence[RetryPolicy], fault: str) -> RetryPolicy | None:
    return next((policy for policy in (*policies, _ALWAYS) if fault in policy.faults), None)


def _faults(declared: Any) -> tuple[str, ...]:
    faults = [declared] if isinstance(declared, str) else declared
    if not isinstance(faults, list) or not faults:
        raise BadPolicy(f"ExceptionType: a list of {', '.join(FAULTS)} is needed")
    for fault in faults:
        if fault not in FAULTS:
            raise BadPolicy(f"ExceptionType: {fault!r} is none of {', '.join(FAULTS)}")
    return tuple(faults)


def _limit(declared: Mapping[str, Any], member: str) -> Any:
    value = declared.get(member)
    lowest = 0 if member == "IntervalSeconds" else 1
    if value is not None and (not _is_number(value) or not lowest <= value <= _LIMITS[member]):
        raise BadPolicy(f"{member}: {value!r} is not a number from {lowest} to {_LIMITS[member]}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
