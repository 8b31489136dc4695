"""Builds that are to be retried by themselves when they fail: `autoRetryLimit`."""

from __future__ import annotations

import logging

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources

log = logging.getLogger(__name__)


def retry_if_wanted(context: Context, builds: Resources, build: Resource) -> None:
    """Start a failed build's successor, and let each of the two name the other; in the transaction that is open."""
    rule = build.document.get("autoRetryConfig")
    if not rule or build.document["buildStatus"] != "FAILED" or rule["autoRetryNumber"] >= rule["autoRetryLimit"]:
        return
    try:
        started = context.call("codebuild", "StartBuild", **build.private["request"])["build"]
    except Refused as refused:  # the project is gone, or has as many builds as it may have
        log.warning("%s is not retried: %s", build.arn, refused.message)
        return
    with builds.change(context, started["id"], build.parent) as successor:
        successor.document["autoRetryConfig"] |= {
            "autoRetryNumber": rule["autoRetryNumber"] + 1,
            "previousAutoRetry": build.arn,
        }
    rule["nextAutoRetry"] = started["arn"]
    builds.save(build)
