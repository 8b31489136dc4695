"""What jobs and the registry write into lineage by themselves."""

from __future__ import annotations

from collections.abc import Iterable

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.lineage.associations import Associations
from brickline.bricks.sagemaker.lineage.entities import artifact_id
from brickline.bricks.sagemaker.tracked import Tracked

_APPROVAL_STATUS = {"Approved": "Completed", "Rejected": "Failed"}


class Lineage:
    """Entities that are there once, however often they are told of; and edges between them."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._artifacts = Tracked(baseplate, kinds.ARTIFACT)
        self._actions = Tracked(baseplate, kinds.ACTION)
        self._contexts = Tracked(baseplate, kinds.CONTEXT)
        self._associations = Associations(baseplate)

    def artifact(self, context: Context, uri: str, kind: str) -> Resource:
        source = {"SourceUri": uri}
        name = artifact_id(source)
        return self._artifacts.resources.find(context, name) or self._artifacts.create(
            context, name, {"Source": source, "ArtifactType": kind}
        )

    def context(self, context: Context, name: str, uri: str, kind: str) -> Resource:
        return self._contexts.resources.find(context, name) or self._contexts.create(
            context, name, {"Source": {"SourceUri": uri}, "ContextType": kind}
        )

    def action(self, context: Context, name: str, document: Shape) -> Resource:
        return self._actions.resources.find(context, name) or self._actions.create(context, name, document)

    def join(self, context: Context, source: Resource, destination: Resource, association_type: str) -> None:
        self._associations.join(context, source, destination, association_type)

    def job(self, context: Context, component: Resource, inputs: Iterable[tuple[str, str]]) -> None:
        """`inputs`: URI and artifact type of everything that the job was given."""
        for uri, kind in inputs:
            self.join(context, self.artifact(context, uri, kind), component, "ContributedTo")

    def produced(self, context: Context, component: Resource, outputs: Iterable[tuple[str, str]]) -> None:
        for uri, kind in outputs:
            self.join(context, component, self.artifact(context, uri, kind), "Produced")


class LineageOfPackages:
    """A model package is an artifact, its group a context, each approval an action."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._lineage = Lineage(baseplate)

    def created(self, context: Context, package: Resource) -> None:
        artifact = self._lineage.artifact(context, package.arn, "ModelPackage")
        containers = package.document.get("InferenceSpecification", {}).get("Containers", ())
        for url in (container["ModelDataUrl"] for container in containers if "ModelDataUrl" in container):
            self._lineage.join(context, self._lineage.artifact(context, url, "Model"), artifact, "ContributedTo")
        if group := package.document.get("ModelPackageGroupName"):
            arn = kinds.MODEL_PACKAGE_GROUP.arn_of(context, group)
            parent = self._lineage.context(context, f"{group}-aws-model-package-group", arn, "ModelPackageGroup")
            self._lineage.join(context, artifact, parent, "AssociatedWith")

    def approved(self, context: Context, package: Resource) -> None:
        """Keep a change of the approval status: one action for each moment and status."""
        status = package.document["ModelApprovalStatus"]
        moment = int(package.document["LastModifiedTime"] * 1000)
        label = f"{package.name.replace('/', '-')}-{status}-{moment}-aws-model-approval"
        document = {
            "Source": {"SourceUri": package.arn},
            "ActionType": "ModelApproval",
            "Status": _APPROVAL_STATUS.get(status, "InProgress"),
            "Properties": {"ModelApprovalStatus": status},
        }
        action = self._lineage.action(context, label, document)
        artifact = self._lineage.artifact(context, package.arn, "ModelPackage")
        self._lineage.join(context, artifact, action, "ContributedTo")
