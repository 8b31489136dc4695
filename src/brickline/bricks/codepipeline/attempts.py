"""An attempt of an action: made when its turn has come, with its variables resolved and the places of its artifacts."""

from __future__ import annotations

from typing import Any

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.action_types import find_type
from brickline.bricks.codepipeline.declaration import Action, Declaration
from brickline.bricks.codepipeline.events import emit_action_change
from brickline.bricks.codepipeline.records import Records, owned
from brickline.bricks.codepipeline.variables import BadReference, Scope, resolve

_PIPELINE_CUT = 20
_ARTIFACT_CUT = 10


def begin_attempt(
    records: Records, context: Context, execution: Resource, declaration: Declaration, action: Action
) -> Resource:
    """Make the attempt, for `action_life` to drive; to be called in a transaction."""
    done = _succeeded(records, context, execution)
    region = action.declared.get("region") or execution.region
    private: Shape = {
        "outputs": {
            name: {"bucket": declaration.bucket(region), "key": artifact_key(execution.parent, name)}
            for name in action.outputs
        },
        "inputs": {name: artifact for one in done for name, artifact in one.private["made"].items()},
        "made": {},
        "kept": {},
        "has_begun": False,
        "is_latest": True,
        "token": naming.unique_id() if action.category == "Approval" else "",
        "minutes": _minutes(action),
    }
    private["inputs"] = {name: private["inputs"][name] for name in action.inputs if name in private["inputs"]}
    try:
        private["resolved"] = _resolved(action, _scope(execution, done))
    except BadReference as error:
        private |= {"resolved": {}, "problem": str(error)}
    attempt = records.actions.create(
        owned(context, execution),
        naming.unique_id(),
        _document(execution, action, region, private),
        parent=execution.parent,
        private=private,
        unfinished=True,
    )
    emit_action_change(context, execution, attempt)
    return attempt


def artifact_key(pipeline: str, artifact: str) -> str:
    """Where an artifact lies in the store: names are cut, as AWS cuts them."""
    return f"{pipeline[:_PIPELINE_CUT]}/{artifact[:_ARTIFACT_CUT]}/{naming.mixed_id(7)}"


def _succeeded(records: Records, context: Context, execution: Resource) -> list[Resource]:
    """The attempts that went well so far, by stage and in the order of their starts."""
    attempts = [
        attempt
        for stage in execution.private["actions"]
        for attempt in records.attempts(context, execution, stage).values()
    ]
    return [attempt for attempt in attempts if attempt.status == "Succeeded"]


def _scope(execution: Resource, done: list[Resource]) -> Scope:
    scope: dict[str, dict[str, str]] = {
        "codepipeline": {"PipelineExecutionId": execution.name},
        "variables": execution.private["variables"],
    }
    for attempt in done:
        if namespace := attempt.document["input"].get("namespace"):
            scope[namespace] = attempt.document["output"].get("outputVariables") or {}
    return scope


def _resolved(action: Action, scope: Scope) -> Shape:
    """What of a declaration can have references, with their values. Raises BadReference."""
    declared = action.declared
    return {
        "configuration": {name: resolve(value, scope) for name, value in action.configuration.items()},
        "commands": [resolve(command, scope) for command in declared.get("commands") or ()],
        "environment": [
            {**one, "value": resolve(one["value"], scope)} for one in declared.get("environmentVariables") or ()
        ],
    }


def _document(execution: Resource, action: Action, region: str, private: Shape) -> Shape:
    inputs = [{"name": name, "s3location": artifact["location"]} for name, artifact in private["inputs"].items()]
    given: dict[str, Any] = {
        "actionTypeId": action.type_id,
        "configuration": dict(action.configuration),
        "resolvedConfiguration": private["resolved"].get("configuration", {}),
        "roleArn": action.declared.get("roleArn"),
        "region": region,
        "inputArtifacts": inputs,
        "namespace": action.namespace or None,
    }
    return {
        "pipelineExecutionId": execution.name,
        "pipelineVersion": execution.document["pipelineVersion"],
        "stageName": action.stage,
        "actionName": action.name,
        "status": "InProgress",
        "input": {name: value for name, value in given.items() if value is not None},
    }


def _minutes(action: Action) -> int:
    kind = find_type(action.type_id)
    return int(action.declared.get("timeoutInMinutes") or (kind.minutes if kind else 60))
