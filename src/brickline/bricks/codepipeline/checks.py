"""Whether a declaration is one that can run (pipeline-requirements in CodePipeline's user guide). Pure.

What the model says of each member was checked before. Texts are AWS's where they are known.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codepipeline.action_types import ActionType, Range, find_type
from brickline.bricks.codepipeline.declaration import Action, Declaration, Stage
from brickline.bricks.codepipeline.variables import OWN_NAMESPACES, BadReference, references

_MOST_STAGES = 50
_MOST_IN_STAGE = 50
_MOST_ACTIONS = 500


def check_declaration(declared: Shape) -> None:
    """Raises Refused, by the exception that AWS has for it."""
    _check_stages(declared["stages"])
    pipeline = Declaration.of(declared)
    _check_stores(declared)
    _check_type(pipeline)
    for stage in pipeline.stages:
        _check_stage(stage)
    _check_places(pipeline)
    for action in pipeline.actions:
        _check_action(action, pipeline.type)
    _check_artifacts(pipeline)
    _check_namespaces(pipeline)
    _check_triggers(pipeline)


def _check_stages(stages: list[Shape]) -> None:
    if len(stages) < 2:
        raise _structure(
            f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if len(stages) > _MOST_STAGES:
        raise _structure(f"Pipeline has {len(stages)} stages. There can be a maximum of {_MOST_STAGES} in a pipeline")
    for name in _repeated(stage["name"] for stage in stages):
        raise _structure(f"Stage name must be unique within a pipeline. Stage '{name}' has been used more than once")
    count = sum(len(stage["actions"]) for stage in stages)
    if count > _MOST_ACTIONS:
        raise _structure(f"Pipeline has {count} actions. There can be a maximum of {_MOST_ACTIONS} in a pipeline")


def _check_stores(declared: Shape) -> None:
    if ("artifactStore" in declared) == ("artifactStores" in declared):
        raise _structure(
            "Pipeline must have either artifactStore or artifactStores: one of the two, "
            "artifactStores for a pipeline with actions in other regions"
        )


def _check_type(pipeline: Declaration) -> None:
    if pipeline.type == "V2":
        return
    declared = pipeline.declared
    for member in ("triggers", "variables"):
        if declared.get(member):
            raise _structure(f"Pipeline of type V1 cannot have {member}; set pipelineType to V2")
    if pipeline.mode != "SUPERSEDED":
        raise _structure(f"Pipeline of type V1 cannot have executionMode {pipeline.mode}; set pipelineType to V2")


def _check_stage(stage: Stage) -> None:
    if not 1 <= len(stage.actions) <= _MOST_IN_STAGE:
        raise Refused(
            "InvalidStageDeclarationException",
            f"Stage '{stage.name}' has {len(stage.actions)} actions. A stage has 1 to {_MOST_IN_STAGE} actions",
        )
    for member in ("beforeEntry", "onSuccess", "onFailure", "blockers"):
        if stage.declared.get(member):
            raise Refused(
                "InvalidStageDeclarationException",
                f"Stage '{stage.name}': {member} is not available in Brickline; leave it out",
            )
    for name in _repeated(action.name for action in stage.actions):
        raise Refused(
            "InvalidStageDeclarationException",
            f"Action name must be unique within a stage. Action '{name}' in stage '{stage.name}' "
            "has been used more than once",
        )


def _check_places(pipeline: Declaration) -> None:
    first, *later = pipeline.stages
    for action in first.actions:
        if action.category != "Source":
            raise _structure(
                f"Pipeline should start with a stage that only contains source actions; "
                f"action '{action.name}' in stage '{first.name}' is of category {action.category}"
            )
    for stage in later:
        for action in stage.actions:
            if action.category == "Source":
                raise _structure(
                    f"Source actions can only occur in the first stage; "
                    f"action '{action.name}' in stage '{stage.name}' is one"
                )


def _check_action(action: Action, pipeline_type: str) -> None:
    kind = find_type(action.type_id)
    if kind is None:
        type_id = action.type_id
        raise _action(
            action,
            f"ActionType (Category: '{type_id['category']}', Provider: '{type_id['provider']}', "
            f"Owner: '{type_id['owner']}', Version: '{type_id['version']}') is not available; "
            "ListActionTypes has those that are",
        )
    if kind.is_v2_only and pipeline_type != "V2":
        raise _action(action, f"a pipeline of type V1 cannot have {kind.provider} actions; set pipelineType to V2")
    _check_count(action, "input", len(action.inputs), kind.inputs)
    _check_count(action, "output", len(action.outputs), kind.outputs)
    _check_configuration(action, kind)
    _check_special(action)


def _check_count(action: Action, which: str, count: int, bounds: Range) -> None:
    least, most = bounds
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise _action(action, f"it has {count} {which} artifacts, where {action.provider} takes {wanted}")


def _check_configuration(action: Action, kind: ActionType) -> None:
    for name in kind.required:
        if not action.configuration.get(name):
            raise _action(
                action, f"Action configuration for action '{action.name}' is missing required configuration '{name}'"
            )
    for name, value in action.configuration.items():
        if name not in (*kind.required, *kind.optional):
            raise _action(
                action, f"Action configuration for action '{action.name}' contains unknown configuration '{name}'"
            )
        choices = kind.choices.get(name)
        if choices and value not in choices and "#{" not in value:
            raise _action(action, f"configuration '{name}' is {value!r}; it can be {' or '.join(choices)}")


def _check_special(action: Action) -> None:
    """What a provider asks for beside its table of properties."""
    configuration = action.configuration
    if action.provider == "CodeBuild":
        _check_build(action)
    elif action.category == "Deploy" and configuration.get("Extract") == "false" and not configuration.get("ObjectKey"):
        raise _action(action, "configuration 'ObjectKey' is required where 'Extract' is false")
    elif action.provider == "Commands" and not action.declared.get("commands"):
        raise _action(action, "commands: a Commands action has at least one")
    if action.provider != "Commands" and action.declared.get("commands"):
        raise _action(action, f"commands: {action.provider} actions have none")


def _check_build(action: Action) -> None:
    primary = action.configuration.get("PrimarySource")
    if len(action.inputs) > 1 and primary is None:
        raise _action(action, "configuration 'PrimarySource' is required where there are several input artifacts")
    if primary is not None and primary not in action.inputs and "#{" not in primary:
        raise _action(action, f"configuration 'PrimarySource' is {primary!r}, which is none of its input artifacts")
    if action.configuration.get("BatchEnabled") == "true":
        raise _action(action, "configuration 'BatchEnabled': batch builds are not available")
    variables = action.configuration.get("EnvironmentVariables")
    if variables is not None and not _is_list_of_variables(variables):
        raise _action(
            action,
            "configuration 'EnvironmentVariables' is not a JSON array of objects with name, value "
            "and type (PLAINTEXT, PARAMETER_STORE or SECRETS_MANAGER)",
        )


def _is_list_of_variables(text: str) -> bool:
    try:
        given = json.loads(text)
    except ValueError:
        return False
    return isinstance(given, list) and all(isinstance(one, dict) and {"name", "value"} <= one.keys() for one in given)


def _check_artifacts(pipeline: Declaration) -> None:
    for name in _repeated(output for action in pipeline.actions for output in action.outputs):
        raise _structure(
            f"Output Artifact Bundle name must be unique within the pipeline. {name} has been used more than once."
        )
    made: set[str] = set()
    for stage in pipeline.stages:
        for group in _groups(stage):
            for action in group:
                _check_inputs(action, made)
            made |= {output for action in group for output in action.outputs}


def _check_inputs(action: Action, made: set[str]) -> None:
    for name in action.inputs:
        if name not in made:
            raise _structure(
                f"Input Artifact Bundle {name} in action {action.name} of stage {action.stage} "
                "is not declared as Output Artifact Bundle in any of the preceding actions."
            )


def _check_namespaces(pipeline: Declaration) -> None:
    for name in _repeated(action.namespace for action in pipeline.actions if action.namespace):
        raise _structure(f"Namespace must be unique within the pipeline. {name} has been used more than once.")
    known = set(OWN_NAMESPACES) if pipeline.type == "V2" else {"codepipeline"}
    names = {one["name"] for one in pipeline.declared.get("variables") or ()}
    for stage in pipeline.stages:
        for group in _groups(stage):
            for action in group:
                _check_references(action, known, names)
            known |= {action.namespace for action in group if action.namespace}


def _check_references(action: Action, known: set[str], variables: set[str]) -> None:
    if action.namespace in OWN_NAMESPACES:
        raise _action(action, f"namespace {action.namespace!r} is the pipeline's own")
    try:
        for text in _texts(action):
            for namespace, key in references(text):
                if namespace not in known or (namespace == "variables" and key not in variables):
                    raise _action(
                        action,
                        f"the variable #{{{namespace}.{key}}} is of no preceding action's namespace, "
                        "nor declared by the pipeline",
                    )
    except BadReference as error:
        raise _action(action, str(error)) from None


def _texts(action: Action) -> list[str]:
    declared = action.declared
    variables = [one["value"] for one in declared.get("environmentVariables") or ()]
    return [*action.configuration.values(), *(declared.get("commands") or ()), *variables]


def _check_triggers(pipeline: Declaration) -> None:
    sources = {action.name: action for action in pipeline.sources}
    for trigger in pipeline.declared.get("triggers") or ():
        name = trigger["gitConfiguration"]["sourceActionName"]
        source = sources.get(name)
        if source is None or source.provider != "CodeStarSourceConnection":
            raise _structure(
                f"Trigger for source action '{name}': there has to be an action of that name with the "
                "provider CodeStarSourceConnection"
            )
        for push in trigger["gitConfiguration"].get("push") or ():
            if "tags" in push and ("branches" in push or "filePaths" in push):
                raise _structure(
                    f"Trigger for source action '{name}': tags cannot be combined with branches or filePaths"
                )


def _groups(stage: Stage) -> list[list[Action]]:
    """The stage's actions by their runOrder: those of a group run at the same time."""
    orders = sorted({action.run_order for action in stage.actions})
    return [[action for action in stage.actions if action.run_order == order] for order in orders]


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _structure(message: str) -> Refused:
    return Refused("InvalidStructureException", message)


def _action(action: Action, message: str) -> Refused:
    return Refused("InvalidActionDeclarationException", f"Action '{action.name}' in stage '{action.stage}': {message}")
