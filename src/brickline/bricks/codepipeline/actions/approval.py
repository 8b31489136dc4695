"""Manual approvals: they wait for PutApprovalResult."""

from __future__ import annotations

import json

from brickline.baseplate import clock
from brickline.bricks.codepipeline.action_types import MINUTE
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded
from brickline.bricks.codepipeline.events import moment


class Approval:
    is_long = False

    def begin(self, work: Work) -> None:
        if topic := work.configuration.get("NotificationArn"):
            work.context.call("sns", "Publish", TopicArn=topic, Subject=_subject(work), Message=_message(work))

    def look(self, work: Work) -> Outcome | None:
        """The result that was put, if it was (`approvals.py`)."""
        result = work.kept.get("result")
        if result is None:
            return None
        if result["status"] == "Approved":
            return Outcome("Succeeded", succeeded("", result["summary"]))
        return failed("JobFailed", f"Rejected: {result['summary']}")

    def says(self, work: Work) -> str:
        return f"The notification {work.configuration.get('NotificationArn')} cannot be sent: "


def _subject(work: Work) -> str:
    return f"APPROVAL NEEDED: AWS CodePipeline {work.pipeline} for action {work.action.name}"[:100]


def _message(work: Work) -> str:
    region, stage = work.context.region, work.action.stage
    console = f"https://console.aws.amazon.com/codesuite/codepipeline/pipelines/{work.pipeline}/view?region={region}"
    approval = {
        "pipelineName": work.pipeline,
        "stageName": stage,
        "actionName": work.action.name,
        "token": work.resource.private["token"],
        "expires": moment(clock.now() + work.resource.private["minutes"] * MINUTE),
        "externalEntityLink": work.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}#/{stage}/{work.action.name}/approve/{work.resource.private['token']}",
        "customData": work.configuration.get("CustomData"),
    }
    return json.dumps({"region": region, "consoleLink": console, "approval": approval})
