"""Artifacts, actions and contexts: the vertices of lineage."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.lineage.associations import refuse_while_associated
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked


def artifact_id(source: Shape) -> str:
    """The last part of an artifact's ARN: a hash of its source, which is its identity."""
    identity = {"SourceUri": source["SourceUri"], "SourceTypes": source.get("SourceTypes", [])}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


class Artifacts:
    """CreateArtifact, DescribeArtifact, ListArtifacts, UpdateArtifact, DeleteArtifact."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._artifacts = Tracked(baseplate, kinds.ARTIFACT)

    def create_artifact(self, context: Context, request: Shape) -> Shape:
        artifact = self._artifacts.create(context, artifact_id(request["Source"]), request)
        return {"ArtifactArn": artifact.arn}

    def describe_artifact(self, context: Context, request: Shape) -> Shape:
        return self._artifacts.get(context, request["ArtifactArn"]).document

    def list_artifacts(self, context: Context, request: Shape) -> Shape:
        return self._artifacts.resources.page(context, request)

    def update_artifact(self, context: Context, request: Shape) -> Shape:
        artifact = self._artifacts.update(context, request["ArtifactArn"], request, merged=["Properties"])
        return {"ArtifactArn": artifact.arn}

    def delete_artifact(self, context: Context, request: Shape) -> Shape:
        artifact = self._artifacts.get(context, self._named(request))
        return {"ArtifactArn": _delete(self._baseplate, context, self._artifacts, artifact)}

    def _named(self, request: Shape) -> str:
        if arn := request.get("ArtifactArn"):
            return str(arn)
        if source := request.get("Source"):
            return artifact_id(source)
        raise invalid("ArtifactArn, Source: neither is given; one of them is needed")


class Actions:
    """CreateAction, DescribeAction, ListActions, UpdateAction, DeleteAction."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._actions = Tracked(baseplate, kinds.ACTION)

    def create_action(self, context: Context, request: Shape) -> Shape:
        return {"ActionArn": self._actions.create(context, request["ActionName"], request).arn}

    def describe_action(self, context: Context, request: Shape) -> Shape:
        return self._actions.get(context, request["ActionName"]).document

    def list_actions(self, context: Context, request: Shape) -> Shape:
        return self._actions.resources.page(context, request)

    def update_action(self, context: Context, request: Shape) -> Shape:
        return {"ActionArn": self._actions.update(context, request["ActionName"], request, merged=["Properties"]).arn}

    def delete_action(self, context: Context, request: Shape) -> Shape:
        action = self._actions.get(context, request["ActionName"])
        return {"ActionArn": _delete(self._baseplate, context, self._actions, action)}


class Contexts:
    """CreateContext, DescribeContext, ListContexts, UpdateContext, DeleteContext."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._contexts = Tracked(baseplate, kinds.CONTEXT)

    def create_context(self, context: Context, request: Shape) -> Shape:
        return {"ContextArn": self._contexts.create(context, request["ContextName"], request).arn}

    def describe_context(self, context: Context, request: Shape) -> Shape:
        return self._contexts.get(context, request["ContextName"]).document

    def list_contexts(self, context: Context, request: Shape) -> Shape:
        return self._contexts.resources.page(context, request)

    def update_context(self, context: Context, request: Shape) -> Shape:
        changed = self._contexts.update(context, request["ContextName"], request, merged=["Properties"])
        return {"ContextArn": changed.arn}

    def delete_context(self, context: Context, request: Shape) -> Shape:
        entity = self._contexts.get(context, request["ContextName"])
        return {"ContextArn": _delete(self._baseplate, context, self._contexts, entity)}


def _delete(baseplate: Baseplate, context: Context, entities: Tracked, entity: Resource) -> Any:
    with baseplate.store.write():
        refuse_while_associated(baseplate, context, entity)
        return entities.delete(context, entity.arn).arn
