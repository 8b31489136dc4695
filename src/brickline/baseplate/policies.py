"""Policy documents: what they say about a request. Pure.

Evaluation as in the IAM user guide, "Policy evaluation logic": an explicit deny wins, then an allow, else nothing is
allowed. Who may be asked: IAM's simulation of identity policies, STS about the trust policy of a role.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

Decision = Literal["allowed", "explicitDeny", "implicitDeny"]


class PolicyError(ValueError):
    """A text that is no policy document; the message says what is wrong with it."""


@dataclass(frozen=True)
class Question:
    """May `principal` do `action` (`s3:GetObject`) on `resource`? `values` are the request's condition keys."""

    action: str
    resource: str = "*"
    principal: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """One statement, as it stands in its document."""

    members: Mapping[str, Any]

    @property
    def effect(self) -> str:
        return str(self.members["Effect"])

    @property
    def sid(self) -> str:
        return str(self.members.get("Sid", ""))

    def applies_to(self, question: Question) -> bool:
        """Whether action, resource, principal and conditions are those of the question."""
        return (
            self._matches("Action", lambda text: _is_like(text.lower(), question.action.lower()))
            and self._matches("Resource", lambda text: _is_like(_filled_in(text, question), question.resource))
            and self._is_about(question.principal)
            and all(
                _condition_holds(operator, key, _texts(wanted), question)
                for operator, keys in self.members.get("Condition", {}).items()
                for key, wanted in keys.items()
            )
        )

    def _matches(self, member: str, test: Callable[[str], bool]) -> bool:
        """`Action` or `NotAction`, `Resource` or `NotResource`; trust policies have no resource."""
        if member in self.members:
            return any(test(text) for text in _texts(self.members[member]))
        excluded = self.members.get(f"Not{member}")
        return excluded is None or not any(test(text) for text in _texts(excluded))

    def _is_about(self, principal: str) -> bool:
        if "Principal" in self.members:
            return _names_principal(self.members["Principal"], principal)
        return "NotPrincipal" not in self.members or not _names_principal(self.members["NotPrincipal"], principal)


def parse_policy(text: str) -> list[Statement]:
    """The statements of a document. Raises PolicyError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"This policy contains invalid Json: {error}") from None
    if not isinstance(document, dict):
        raise PolicyError("The policy is not in the valid JSON format: it has to be an object")
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise PolicyError(f"Version: {document['Version']!r} is neither 2012-10-17 nor 2008-10-17")
    statements = document.get("Statement")
    found = [statements] if isinstance(statements, dict) else statements
    if not isinstance(found, list) or not found:
        raise PolicyError("Syntax errors in policy: Statement is missing or empty")
    return [_statement(members) for members in found]


def decide(statements: Iterable[Statement], question: Question) -> tuple[Decision, list[Statement]]:
    """The decision, and the statements that made it."""
    matched = [statement for statement in statements if statement.applies_to(question)]
    if denied := [statement for statement in matched if statement.effect == "Deny"]:
        return "explicitDeny", denied
    return ("allowed", matched) if matched else ("implicitDeny", [])


def _statement(members: Any) -> Statement:
    if not isinstance(members, dict):
        raise PolicyError("Syntax errors in policy: a statement has to be an object")
    if members.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"Effect: {members.get('Effect')!r} is neither Allow nor Deny")
    if "Action" not in members and "NotAction" not in members:
        raise PolicyError("Policy statement must contain actions.")
    conditions = members.get("Condition", {})
    if not isinstance(conditions, dict) or not all(isinstance(keys, dict) for keys in conditions.values()):
        raise PolicyError("Condition: has to be an object of operators, each an object of condition keys")
    return Statement(members)


def _texts(value: Any) -> list[str]:
    """A value, or each of a list, as text (true and false as JSON writes them)."""
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", text))
    return re.compile("".join(parts), re.DOTALL)


def _is_like(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None


def _filled_in(text: str, question: Question) -> str:
    """Policy variables such as `${aws:username}`, from the request's condition keys."""
    return re.sub(r"\$\{([\w:/-]+)\}", lambda name: next(iter(_values(question, name[1])), name[0]), text)


def _values(question: Question, key: str) -> Sequence[str]:
    """Condition keys are compared without case."""
    return next((values for name, values in question.values.items() if name.lower() == key.lower()), ())


def _names_principal(named: Any, principal: str) -> bool:
    """Whether a Principal element names this ARN of a user, role or session, or this service."""
    if named == "*":
        return True
    texts = [text for value in named.values() for text in _texts(value)] if isinstance(named, dict) else []
    return any(_is_principal(text, principal) for text in texts)


def _is_principal(text: str, principal: str) -> bool:
    if text in ("*", principal):
        return True
    account = principal.split(":")[4] if principal.startswith("arn:") else None
    if account and text in (account, f"arn:aws:iam::{account}:root"):
        return True
    session = re.fullmatch(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.+", principal)
    if not session:
        return False
    # A session is named by its role, whose ARN may have a path that the session's does not show.
    return re.fullmatch(rf"arn:aws:iam::{session[1]}:role/(.+/)?{re.escape(session[2])}", text) is not None


def _condition_holds(operator: str, key: str, wanted: list[str], question: Question) -> bool:
    """One condition key under one operator, such as `ForAnyValue:StringLikeIfExists`."""
    quantifier, _, name = operator.rpartition(":")
    values = _values(question, key)
    if name == "Null":
        return (not values) == (wanted == ["true"])
    if not values and (name.endswith("IfExists") or quantifier == "ForAllValues"):
        return True
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    compare = _COMPARISONS.get(name.replace("Not", ""))
    if compare is None:
        raise PolicyError(f"Condition: {operator} is not an operator that is evaluated here")
    if not values:
        return negated
    results = [any(compare(_filled_in(text, question), value) for text in wanted) != negated for value in values]
    return all(results) if quantifier == "ForAllValues" or negated else any(results)


def _numeric(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(wanted: str, value: str) -> bool:
        try:
            return test(float(value), float(wanted))
        except ValueError:
            return False

    return compare


def _is_in_network(wanted: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": _is_like,
    "ArnEquals": _is_like,
    "ArnLike": _is_like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericEquals": _numeric(lambda value, wanted: value == wanted),
    "NumericLessThan": _numeric(lambda value, wanted: value < wanted),
    "NumericLessThanEquals": _numeric(lambda value, wanted: value <= wanted),
    "NumericGreaterThan": _numeric(lambda value, wanted: value > wanted),
    "NumericGreaterThanEquals": _numeric(lambda value, wanted: value >= wanted),
    "DateEquals": lambda wanted, value: wanted == value,
    "DateLessThan": lambda wanted, value: value < wanted,
    "DateLessThanEquals": lambda wanted, value: value <= wanted,
    "DateGreaterThan": lambda wanted, value: value > wanted,
    "DateGreaterThanEquals": lambda wanted, value: value >= wanted,
    "IpAddress": _is_in_network,
}
"""By the operator's name without `Not` (NotIpAddress, StringNotLike). Dates are compared as ISO 8601 texts in UTC."""
