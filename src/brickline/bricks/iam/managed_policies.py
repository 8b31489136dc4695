"""Managed policies and their versions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.kinds import POLICY, arn_with_path, new_id
from brickline.bricks.iam.pages import page
from brickline.bricks.iam.policy_catalogue import AWS_PREFIX, PolicyCatalogue
from brickline.bricks.iam.refusals import checked_policy, limit_exceeded, missing
from brickline.bricks.iam.tags import requested_tags

_MOST_VERSIONS = 5


class ManagedPolicies:
    """The customer's policies, and AWS's beside them."""

    def __init__(self, identities: Identities, catalogue: PolicyCatalogue) -> None:
        self._identities = identities
        self._catalogue = catalogue

    def create_policy(self, context: Context, request: Shape) -> Shape:
        checked_policy(request["PolicyDocument"])
        name, path = request["PolicyName"], request.get("Path", "/")
        document = {
            "PolicyId": new_id("ANPA"),
            "Path": path,
            "DefaultVersionId": "v1",
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "UpdateDate": clock.now(),
            **({"Description": request["Description"]} if "Description" in request else {}),
        }
        policy = self._catalogue.own.create(
            context,
            name,
            document,
            arn=arn_with_path(context.account, POLICY, path, name),
            private={"versions": {"v1": _version(request["PolicyDocument"])}, "latest": 1},
            tags=requested_tags(request),
        )
        return {"Policy": {**policy.document, "AttachmentCount": 0}}

    def get_policy(self, context: Context, request: Shape) -> Shape:
        return {"Policy": self._counted(context, self._catalogue.get(context, request["PolicyArn"]))}

    def list_policies(self, context: Context, request: Shape) -> Shape:
        scope = request.get("Scope", "All")
        own = [policy.document for policy in self._catalogue.own.all(context)] if scope != "AWS" else []
        known = [*own, *(self._catalogue.aws_documents() if scope != "Local" else ())]
        found = [policy for policy in known if policy["Path"].startswith(request.get("PathPrefix", "/"))]
        counted = [self._counted(context, policy) for policy in found]
        if request.get("OnlyAttached"):
            counted = [policy for policy in counted if policy["AttachmentCount"]]
        return page(counted, request, "Policies")

    def delete_policy(self, context: Context, request: Shape) -> Shape:
        policy = self._own(context, request)
        if self._identities.with_policy(context, policy.arn):
            raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
        if len(policy.private["versions"]) > 1:
            raise Refused(
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy.",
                409,
            )
        self._catalogue.own.delete(policy)
        return {}

    def list_entities_for_policy(self, context: Context, request: Shape) -> Shape:
        wanted = request.get("EntityFilter")
        found: dict[str, list[Shape]] = {"PolicyRoles": [], "PolicyUsers": [], "PolicyGroups": []}
        for sort, identity in self._identities.with_policy(context, request["PolicyArn"]):
            if wanted in (None, sort):
                entry = {member: identity.document[member] for member in (f"{sort}Name", f"{sort}Id")}
                found[f"Policy{sort}s"].append(entry)
        return {**found, "IsTruncated": False}

    def create_policy_version(self, context: Context, request: Shape) -> Shape:
        checked_policy(request["PolicyDocument"])
        with self._catalogue.own.change(context, self._own(context, request).name) as policy:
            if len(policy.private["versions"]) == _MOST_VERSIONS:
                raise limit_exceeded(
                    "A managed policy can have up to 5 versions. Before you create a new version, delete an old one."
                )
            policy.private["latest"] += 1
            name = f"v{policy.private['latest']}"
            policy.private["versions"][name] = _version(request["PolicyDocument"])
            policy.document["UpdateDate"] = clock.now()
            if request.get("SetAsDefault"):
                policy.document["DefaultVersionId"] = name
        return {"PolicyVersion": _described(policy.private["versions"], name, policy.document["DefaultVersionId"])}

    def get_policy_version(self, context: Context, request: Shape) -> Shape:
        arn, name = request["PolicyArn"], request["VersionId"]
        text = quote(self._catalogue.text(context, arn, name), safe="")
        if arn.startswith(AWS_PREFIX):
            version: Shape = {"VersionId": "v1", "IsDefaultVersion": True}
            return {"PolicyVersion": {**version, "Document": text}}
        policy = self._own(context, request)
        version = _described(policy.private["versions"], name, policy.document["DefaultVersionId"])
        return {"PolicyVersion": {**version, "Document": text}}

    def list_policy_versions(self, context: Context, request: Shape) -> Shape:
        if request["PolicyArn"].startswith(AWS_PREFIX):
            return {"Versions": [{"VersionId": "v1", "IsDefaultVersion": True}], "IsTruncated": False}
        policy = self._own(context, request)
        versions, default = policy.private["versions"], policy.document["DefaultVersionId"]
        newest_first = [_described(versions, name, default) for name in reversed(versions)]
        return page(newest_first, request, "Versions")

    def set_default_policy_version(self, context: Context, request: Shape) -> Shape:
        self._catalogue.text(context, request["PolicyArn"], request["VersionId"])
        with self._catalogue.own.change(context, self._own(context, request).name) as policy:
            policy.document["DefaultVersionId"] = request["VersionId"]
        return {}

    def delete_policy_version(self, context: Context, request: Shape) -> Shape:
        name = request["VersionId"]
        with self._catalogue.own.change(context, self._own(context, request).name) as policy:
            if policy.document["DefaultVersionId"] == name:
                raise Refused("DeleteConflict", "Cannot delete the default version of a policy.", 409)
            if policy.private["versions"].pop(name, None) is None:
                raise missing(f"Policy {policy.arn} version {name} does not exist or is not attachable.")
        return {}

    def _own(self, context: Context, request: Shape) -> Any:
        return self._catalogue.resource(context, request["PolicyArn"])

    def _counted(self, context: Context, policy: Shape) -> Shape:
        return {**policy, "AttachmentCount": len(self._identities.with_policy(context, policy["Arn"]))}


def _version(document: str) -> Shape:
    return {"Document": document, "CreateDate": clock.now()}


def _described(versions: Shape, name: str, default: str) -> Shape:
    return {
        "VersionId": name,
        "IsDefaultVersion": name == default,
        "CreateDate": versions[name]["CreateDate"],
    }
