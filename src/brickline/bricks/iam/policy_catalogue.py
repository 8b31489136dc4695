"""Managed policies by ARN: the customer's own, and AWS's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.iam import aws_policies
from brickline.bricks.iam.kinds import POLICY
from brickline.bricks.iam.refusals import missing

AWS_PREFIX = "arn:aws:iam::aws:policy/"
_AWS_CREATED = 1423230570.0
"""When AWS made most of its policies: 6 February 2015."""


def policy_path(arn: str) -> str:
    """`/service-role/` of `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`."""
    return arn.split(":policy", 1)[-1].rsplit("/", 1)[0] + "/"


class PolicyCatalogue:
    """Looks policies up. Every name under AWS's own prefix can be attached; of the usual ones the document is known."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.own = Resources(baseplate, POLICY)

    def get(self, context: Context, arn: str) -> Shape:
        """The document of a GetPolicy response, without its counts. Refused where there is no such policy."""
        return _aws_document(arn) if arn.startswith(AWS_PREFIX) else self.resource(context, arn).document

    def resource(self, context: Context, arn: str) -> Resource:
        """A policy of the customer's. Refused where there is no such policy, or it is one of AWS's."""
        found = self.own.by_arn(arn)
        if found is None or found.account != context.account:
            raise missing(f"Policy {arn} does not exist or is not attachable.")
        return found

    def text(self, context: Context, arn: str, version: str | None = None) -> str:
        """The policy document of a version, or of the default one. Refused where there is none."""
        if arn.startswith(AWS_PREFIX):
            text = aws_policies.text(arn.rsplit("/", 1)[-1])
            if text is None:
                raise missing(f"PolicyArn: {arn} can be attached, but its document is not known here")
            return text
        policy = self.resource(context, arn)
        version = version or policy.document["DefaultVersionId"]
        if version not in policy.private["versions"]:
            raise missing(f"Policy {arn} version {version} does not exist or is not attachable.")
        return str(policy.private["versions"][version]["Document"])

    def aws_documents(self) -> Iterator[Shape]:
        """AWS's policies whose documents are known."""
        return (_aws_document(f"{AWS_PREFIX}{path.lstrip('/')}{name}") for name, path in aws_policies.paths())


def _aws_document(arn: str) -> Shape:
    return {
        "PolicyName": arn.rsplit("/", 1)[-1],
        "PolicyId": "ANPA" + hashlib.sha256(arn.encode()).hexdigest()[:17].upper(),
        "Arn": arn,
        "Path": policy_path(arn),
        "DefaultVersionId": "v1",
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": _AWS_CREATED,
        "UpdateDate": _AWS_CREATED,
    }
