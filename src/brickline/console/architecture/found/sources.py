"""Repositories, buckets and schedules: where things begin."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import Architecture, Ask, Block, Joint, join, pages

MOST = 12
"""Of each kind that are asked about."""


def find(ask: Ask) -> Architecture:
    return join([_repositories(ask), _buckets(ask), _schedules(ask)])


def _repositories(ask: Ask) -> Architecture:
    found = list(
        pages(
            ask,
            "codecommit",
            "ListRepositories",
            "repositories",
            MOST + 1,
            sortBy="lastModifiedDate",
            order="descending",
        )
    )
    names = [one["repositoryName"] for one in found[:MOST]]
    described = (ask("codecommit", "BatchGetRepositories", repositoryNames=names) or {}) if names else {}
    blocks = [
        Block(
            "repository",
            one["Arn"],
            one["repositoryName"],
            more=one.get("defaultBranch", ""),
            order=one["lastModifiedDate"],
        )
        for one in described.get("repositories", ())
    ]
    return Architecture(blocks, cut=frozenset({"repository"} if len(found) > MOST else ()))


def _buckets(ask: Ask) -> Architecture:
    found = (ask("s3", "ListBuckets") or {}).get("Buckets", [])
    newest = sorted(found, key=lambda one: one["CreationDate"], reverse=True)[:MOST]
    blocks = [Block("bucket", f"arn:aws:s3:::{one['Name']}", one["Name"], order=one["CreationDate"]) for one in newest]
    joints = [
        Joint(block.arn, one["LambdaFunctionArn"])
        for block in blocks
        for one in _notifications(ask, block.name).get("LambdaFunctionConfigurations", ())
    ]
    return Architecture(blocks, joints, frozenset({"bucket"} if len(found) > MOST else ()))


def _notifications(ask: Ask, bucket: str) -> Shape:
    return ask("s3", "GetBucketNotificationConfiguration", Bucket=bucket) or {}


def _schedules(ask: Ask) -> Architecture:
    found = list(pages(ask, "scheduler", "ListSchedules", "Schedules", MOST + 1))
    blocks, joints = [], []
    for one in found[:MOST]:
        described = ask("scheduler", "GetSchedule", GroupName=one["GroupName"], Name=one["Name"]) or {}
        blocks.append(
            Block(
                "schedule",
                one["Arn"],
                one["Name"],
                one["State"],
                described.get("ScheduleExpression", ""),
                one["CreationDate"],
            )
        )
        joints.append(Joint(one["Arn"], one["Target"]["Arn"]))
    return Architecture(blocks, joints, frozenset({"schedule"} if len(found) > MOST else ()))
