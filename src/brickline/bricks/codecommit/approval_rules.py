"""Approval rules of pull requests: what they ask for, and whether the approvals are enough. Pure."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource

_VERSION = "2018-11-08"
_POOL = "CodeCommitApprovers:"


def checked_content(text: str) -> str:
    """An approvalRuleContent. Refused where it is none."""
    try:
        content = json.loads(text)
        statements = content["Statements"]
        is_good = content["Version"] == _VERSION and all(_is_statement(one) for one in statements)
    except (ValueError, KeyError, TypeError):
        is_good = False
    if not is_good:
        raise Refused(
            "InvalidApprovalRuleContentException",
            f'approvalRuleContent: JSON with "Version": "{_VERSION}" and "Statements" of "Type": "Approvers" with '
            '"NumberOfApprovalsNeeded" is wanted',
        )
    return text


def evaluation(pull_request: Resource) -> Shape:
    """As EvaluatePullRequestApprovalRules has it."""
    approvers = [arn for arn, state in pull_request.private["approvals"].items() if state == "APPROVE"]
    overridden = "overrider" in pull_request.private
    satisfied: list[str] = []
    missing: list[str] = []
    for rule in pull_request.document["approvalRules"]:
        enough = all(_is_enough(one, approvers) for one in json.loads(rule["approvalRuleContent"])["Statements"])
        (satisfied if enough else missing).append(rule["approvalRuleName"])
    return {
        "approved": overridden or not missing,
        "overridden": overridden,
        "approvalRulesSatisfied": satisfied,
        "approvalRulesNotSatisfied": missing,
    }


def _is_statement(statement: Any) -> bool:
    return statement["Type"] == "Approvers" and int(statement["NumberOfApprovalsNeeded"]) >= 0


def _is_enough(statement: Shape, approvers: list[str]) -> bool:
    pool = statement.get("ApprovalPoolMembers") or ["*"]
    counted = [arn for arn in approvers if any(_matches(member, arn) for member in pool)]
    return len(counted) >= int(statement["NumberOfApprovalsNeeded"])


def _matches(member: str, arn: str) -> bool:
    """`CodeCommitApprovers:ACCOUNT:NAME` means users and role sessions by name."""
    if not member.startswith(_POOL):
        return fnmatch.fnmatchcase(arn, member)
    account, _, name = member.removeprefix(_POOL).partition(":")
    return f":{account}:" in arn and fnmatch.fnmatchcase(arn.partition("/")[2], name)
