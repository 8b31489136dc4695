"""Approvals of pull requests, and the rules that ask for them."""

from __future__ import annotations

import hashlib

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codecommit.approval_rules import checked_content, evaluation
from brickline.bricks.codecommit.kinds import PULL_REQUEST
from brickline.bricks.codecommit.pull_requests import check_open, tell


class Approvals:
    """Approve, revoke, override, evaluate; rules."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._requests = Resources(baseplate, PULL_REQUEST)

    def update_pull_request_approval_state(self, context: Context, request: Shape) -> Shape:
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            _check_revision(found, request)
            if found.document["authorArn"] == context.principal:
                message = f"{context.principal} is the author of pull request {found.name}"
                raise Refused("PullRequestCannotBeApprovedByAuthorException", message)
            found.private["approvals"][context.principal] = request["approvalState"]
            tell(context, found, "pullRequestApprovalStateChanged", approvalStatus=request["approvalState"])
        return {}

    def get_pull_request_approval_states(self, context: Context, request: Shape) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        _check_revision(found, request)
        approvals = found.private["approvals"].items()
        return {"approvals": [{"userArn": arn, "approvalState": state} for arn, state in approvals]}

    def evaluate_pull_request_approval_rules(self, context: Context, request: Shape) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        _check_revision(found, request)
        return {"evaluation": evaluation(found)}

    def override_pull_request_approval_rules(self, context: Context, request: Shape) -> Shape:
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            _check_revision(found, request)
            found.private.pop("overrider", None)
            if request["overrideStatus"] == "OVERRIDE":
                found.private["overrider"] = context.principal
            tell(context, found, "pullRequestApprovalRuleOverridden", overrideStatus=request["overrideStatus"])
        return {}

    def get_pull_request_override_state(self, context: Context, request: Shape) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        overrider = found.private.get("overrider")
        return {"overridden": overrider is not None, **({"overrider": overrider} if overrider else {})}

    def create_pull_request_approval_rule(self, context: Context, request: Shape) -> Shape:
        name, now = request["approvalRuleName"], clock.now()
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            rules = found.document["approvalRules"]
            if any(rule["approvalRuleName"] == name for rule in rules):
                raise Refused("ApprovalRuleNameAlreadyExistsException", f"approvalRuleName: {name} is there already")
            rule = {
                "approvalRuleId": naming.unique_id(),
                "approvalRuleName": name,
                **_content(request["approvalRuleContent"]),
                "creationDate": now,
                "lastModifiedDate": now,
                "lastModifiedUser": context.principal,
            }
            rules.append(rule)
            tell(context, found, "pullRequestApprovalRuleCreated", approvalRuleName=name)
        return {"approvalRule": rule}

    def update_pull_request_approval_rule_content(self, context: Context, request: Shape) -> Shape:
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            rule = _rule(found, request["approvalRuleName"])
            rule |= {**_content(request["newRuleContent"]), "lastModifiedDate": clock.now()}
            rule["lastModifiedUser"] = context.principal
            tell(context, found, "pullRequestApprovalRuleUpdated", approvalRuleName=rule["approvalRuleName"])
        return {"approvalRule": rule}

    def delete_pull_request_approval_rule(self, context: Context, request: Shape) -> Shape:
        name = request["approvalRuleName"]
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            rule = _rule(found, name)
            found.document["approvalRules"].remove(rule)
            tell(context, found, "pullRequestApprovalRuleDeleted", approvalRuleName=name)
        return {"approvalRuleId": rule["approvalRuleId"]}


def _content(text: str) -> Shape:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"approvalRuleContent": checked_content(text), "ruleContentSha256": digest}


def _rule(pull_request: Resource, name: str) -> Shape:
    rules: list[Shape] = pull_request.document["approvalRules"]
    found = next((rule for rule in rules if rule["approvalRuleName"] == name), None)
    if found is None:
        message = f"approvalRuleName: pull request {pull_request.name} has no rule {name}"
        raise Refused("ApprovalRuleDoesNotExistException", message)
    return found


def _check_revision(pull_request: Resource, request: Shape) -> None:
    current = pull_request.document["revisionId"]
    if request["revisionId"] != current:
        raise Refused("RevisionNotCurrentException", f"revisionId: the current revision is {current}")
