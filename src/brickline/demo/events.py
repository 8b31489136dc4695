"""Stage 6: rules of EventBridge, by which an upload trains and an approval serves; and why it all ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from brickline.demo import delivery
from brickline.demo.account import ENDPOINT, GROUP, MANIFESTS, Account
from brickline.demo.serving import predict

NEW_DAYS = "2013-12-21"


def join(account: Account) -> None:
    """A new list of days starts the training CodePipeline; an approved version starts the serving CodePipeline."""
    account.title("Stage 6: events; from here on nobody starts anything")
    account.s3.put_bucket_notification_configuration(
        Bucket=account.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    uploaded = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [account.bucket]}, "object": {"key": [{"prefix": MANIFESTS}]}},
    }
    approved = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [GROUP], "ModelApprovalStatus": ["Approved"]},
    }
    _rule(account, "flights-uploaded", uploaded, "flights-training")
    _rule(account, "flights-approved", approved, "flights-serving")


def upload(account: Account, days: list[str]) -> None:
    account.title(f"An upload trains: the flights until {NEW_DAYS} arrive")
    before = delivery.newest(account, "flights-training")
    account.write_manifest([day for day in days if day <= NEW_DAYS])
    delivery.follow(account, "flights-training", before)
    account.tell_newest()


def approve(account: Account, serving: Path) -> None:
    """The serving repository follows approvals: its configuration names no version any more."""
    delivery.configure(serving, "Serve what is approved", Version=0)
    push_configuration(account, serving)
    before = delivery.newest(account, "flights-serving")
    account.title(f"An approval serves: somebody approves version {account.approve_newest()}")
    delivery.follow(account, "flights-serving", before)
    predict(account)


def push_configuration(account: Account, serving: Path) -> None:
    """The other form: a push that changes config.json is an event, too."""
    account.title("A push of a configuration serves: the endpoint is to serve whatever is approved")
    before = delivery.newest(account, "flights-serving")
    delivery.push(account, serving)
    delivery.follow(account, "flights-serving", before)


def why(account: Account) -> None:
    """The chain of causes, as the command line tells it."""
    from brickline.cli import main as command

    account.title(f"Why does the endpoint serve this? (brickline why {ENDPOINT}'s ARN)")
    arn = account.sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointArn"]
    command(["why", "--data", str(account.data), arn], standalone_mode=False)


def _rule(account: Account, name: str, pattern: dict[str, Any], pipeline: str) -> None:
    account.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = account.codepipeline.get_pipeline(name=pipeline)["metadata"]["pipelineArn"]
    account.events.put_targets(Rule=name, Targets=[{"Id": pipeline, "Arn": arn, "RoleArn": account.role}])
    account.say(f"joined: {pattern['detail-type'][0]} -> rule {name} -> CodePipeline {pipeline}")
