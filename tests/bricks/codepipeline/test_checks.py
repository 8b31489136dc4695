"""Declarations: which are taken, and how the others are refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.bricks.codepipeline.conftest import ROLE, STORE, action, deploy, manual, pipeline, source, stage

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codepipeline.checks import check_declaration


def build(name: str = "Build", *, inputs: tuple[str, ...] = ("SourceArtifact",), **members: Any) -> Shape:
    configuration = {"ProjectName": "project", **members.pop("configuration", {})}
    artifacts = [{"name": one} for one in inputs]
    return action(name, "Build", "CodeBuild", configuration=configuration, inputArtifacts=artifacts, **members)


def codecommit(**configuration: str) -> Shape:
    return action(
        "Source",
        "Source",
        "CodeCommit",
        configuration={"RepositoryName": "code", "BranchName": "main", **configuration},
        outputArtifacts=[{"name": "SourceArtifact"}],
    )


def connection() -> Shape:
    return action(
        "Source",
        "Source",
        "CodeStarSourceConnection",
        configuration={"ConnectionArn": "arn:aws:x", "FullRepositoryId": "me/code", "BranchName": "main"},
        outputArtifacts=[{"name": "SourceArtifact"}],
    )


def commands(**members: Any) -> Shape:
    return action(
        "Run",
        "Compute",
        "Commands",
        **{"commands": ["make"], "inputArtifacts": [{"name": "SourceArtifact"}], **members},
    )


def of_source(first: Shape, *stages: Shape, **members: Any) -> Shape:
    declared = pipeline(*(stages or (stage("Build", build()),)), **members)
    declared["stages"][0]["actions"] = [first]
    return declared


def v2(*stages: Shape, **members: Any) -> Shape:
    return pipeline(*(stages or (stage("Build", build()),)), pipelineType="V2", **members)


TRIGGER = {"sourceActionName": "Source", "push": [{"branches": {"includes": ["main"]}}]}

GOOD: dict[str, Shape] = {
    "source and build": pipeline(stage("Build", build())),
    "regions and empty lists, as consoles write them": pipeline(
        stage("Build", build(region="us-east-1", runOrder=1, outputArtifacts=[]))
    ),
    "an artifact of an earlier runOrder": pipeline(
        stage(
            "Build",
            build("A", outputArtifacts=[{"name": "Built"}], runOrder=1),
            build("B", inputs=("Built",), runOrder=2),
        )
    ),
    "several inputs with a primary source": pipeline(
        stage("A", build("A", outputArtifacts=[{"name": "X"}])),
        stage("B", build("B", inputs=("SourceArtifact", "X"), configuration={"PrimarySource": "X"})),
    ),
    "variables of an earlier action": pipeline(
        stage("A", build("A", namespace="BuildVariables")),
        stage("B", manual(configuration={"CustomData": "#{BuildVariables.SHA} #{codepipeline.PipelineExecutionId}"})),
    ),
    "environment variables": pipeline(
        stage("A", build(configuration={"EnvironmentVariables": '[{"name":"A","value":"1","type":"PLAINTEXT"}]'}))
    ),
    "codecommit": of_source(codecommit()),
    "codecommit as a reference": of_source(codecommit(OutputArtifactFormat="CODEBUILD_CLONE_REF")),
    "a connection with a trigger": of_source(
        connection(),
        pipelineType="V2",
        triggers=[{"providerType": "CodeStarSourceConnection", "gitConfiguration": TRIGGER}],
    ),
    "commands": v2(stage("Run", commands())),
    "variables of the pipeline": v2(
        stage("Approve", manual(configuration={"CustomData": "#{variables.Stage}"})),
        variables=[{"name": "Stage", "defaultValue": "dev"}],
    ),
    "queued": v2(executionMode="QUEUED"),
    "parallel": v2(executionMode="PARALLEL"),
    "invoke": pipeline(
        stage("Call", action("Call", "Invoke", "Lambda", configuration={"FunctionName": "f", "UserParameters": "{}"}))
    ),
    "deploy without extraction": pipeline(stage("Deploy", deploy(Extract="false", ObjectKey="site.zip"))),
}


@pytest.mark.parametrize("declared", GOOD.values(), ids=GOOD.keys())
def test_good_declarations_are_taken(declared: Shape) -> None:
    check_declaration(declared)


STRUCTURE = "InvalidStructureException"
STAGE = "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"

BAD: dict[str, tuple[Shape, str, str]] = {
    "one stage": (pipeline(), STRUCTURE, "Pipeline has only 1 stage(s)"),
    "a stage's name twice": (
        pipeline(stage("A", manual()), stage("A", manual())),
        STRUCTURE,
        "Stage 'A' has been used more than once",
    ),
    "no action": (pipeline(stage("Empty")), STAGE, "Stage 'Empty' has 0 actions"),
    "an action's name twice": (
        pipeline(stage("A", manual(), manual())),
        STAGE,
        "Action 'Manual' in stage 'A' has been used more than once",
    ),
    "a condition": (
        v2({**stage("A", manual()), "onFailure": {"result": "ROLLBACK"}}),
        STAGE,
        "Stage 'A': onFailure is not available",
    ),
    "no source first": (
        of_source(manual("Look")),
        STRUCTURE,
        "action 'Look' in stage 'Source' is of category Approval",
    ),
    "a source later": (
        pipeline(stage("Later", source(name="Second"))),
        STRUCTURE,
        "action 'Second' in stage 'Later' is one",
    ),
    "two stores": (
        pipeline(stage("A", manual()), artifactStores={"us-east-1": {"type": "S3", "location": STORE}}),
        STRUCTURE,
        "either artifactStore or artifactStores",
    ),
    "an artifact that nobody makes": (
        pipeline(stage("A", build("Make", inputs=("Nowhere",)))),
        STRUCTURE,
        "Input Artifact Bundle Nowhere in action Make of stage A is not declared as Output Artifact Bundle",
    ),
    "an artifact of the same runOrder": (
        pipeline(stage("A", build("A", outputArtifacts=[{"name": "X"}]), build("B", inputs=("X",)))),
        STRUCTURE,
        "Input Artifact Bundle X in action B",
    ),
    "an artifact made twice": (
        pipeline(stage("A", build(outputArtifacts=[{"name": "SourceArtifact"}]))),
        STRUCTURE,
        "SourceArtifact has been used more than once",
    ),
    "an unknown provider": (
        pipeline(stage("A", action("Ship", "Deploy", "Teleport"))),
        ACTION,
        "ActionType (Category: 'Deploy', Provider: 'Teleport', Owner: 'AWS', Version: '1') is not available",
    ),
    "configuration that is missing": (
        pipeline(stage("A", build(configuration={"ProjectName": ""}))),
        ACTION,
        "Action configuration for action 'Build' is missing required configuration 'ProjectName'",
    ),
    "configuration that is unknown": (
        pipeline(stage("A", build(configuration={"Project": "x"}))),
        ACTION,
        "contains unknown configuration 'Project'",
    ),
    "a value that cannot be": (of_source(codecommit(PollForSourceChanges="no")), ACTION, "it can be true or false"),
    "too many inputs": (
        pipeline(stage("A", manual(inputArtifacts=[{"name": "SourceArtifact"}]))),
        ACTION,
        "Action 'Manual' in stage 'A': it has 1 input artifacts, where Manual takes 0",
    ),
    "several inputs and no primary": (
        pipeline(
            stage("A", build("A", outputArtifacts=[{"name": "X"}])), stage("B", build(inputs=("SourceArtifact", "X")))
        ),
        ACTION,
        "'PrimarySource' is required",
    ),
    "environment variables that are no list": (
        pipeline(stage("A", build(configuration={"EnvironmentVariables": "A=1"}))),
        ACTION,
        "not a JSON array",
    ),
    "a namespace twice": (
        pipeline(stage("A", manual("M", namespace="N")), stage("B", manual("M", namespace="N"))),
        STRUCTURE,
        "N has been used more than once",
    ),
    "a namespace of the pipeline's": (
        pipeline(stage("A", manual(namespace="codepipeline"))),
        ACTION,
        "is the pipeline's own",
    ),
    "a variable of a later action": (
        pipeline(stage("A", manual(configuration={"CustomData": "#{Later.X}"})), stage("B", build(namespace="Later"))),
        ACTION,
        "#{Later.X} is of no preceding action's namespace",
    ),
    "a reference without a key": (
        pipeline(stage("A", manual(configuration={"CustomData": "#{Later}"}))),
        ACTION,
        "Valid format for a pipeline execution variable reference",
    ),
    "a variable that is not declared": (
        v2(stage("A", manual(configuration={"CustomData": "#{variables.X}"}))),
        ACTION,
        "#{variables.X}",
    ),
    "variables in V1": (pipeline(stage("A", manual()), variables=[{"name": "A"}]), STRUCTURE, "cannot have variables"),
    "parallel in V1": (pipeline(stage("A", manual()), executionMode="PARALLEL"), STRUCTURE, "executionMode PARALLEL"),
    "commands in V1": (pipeline(stage("A", commands())), ACTION, "cannot have Commands actions"),
    "commands without any": (v2(stage("A", commands(commands=[]))), ACTION, "has at least one"),
    "a deployment without a key": (pipeline(stage("A", deploy(Extract="false"))), ACTION, "'ObjectKey' is required"),
    "a trigger for another source": (
        v2(triggers=[{"providerType": "CodeStarSourceConnection", "gitConfiguration": TRIGGER}]),
        STRUCTURE,
        "Trigger for source action 'Source'",
    ),
}


@pytest.mark.parametrize(("declared", "code", "words"), BAD.values(), ids=BAD.keys())
def test_bad_declarations_are_refused_by_name(declared: Shape, code: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        check_declaration(declared)
    assert refused.value.code == code
    assert words in refused.value.message


def _without_store(declared: Shape) -> None:
    del declared["artifactStore"]


def _with_many_stages(declared: Shape) -> None:
    declared["stages"] += [stage(f"S{number}", manual()) for number in range(50)]


@pytest.mark.parametrize("spoil", [_without_store, _with_many_stages])
def test_a_pipeline_has_one_store_and_at_most_fifty_stages(spoil: Callable[[Shape], None]) -> None:
    declared = copy.deepcopy(pipeline(stage("A", manual())))
    spoil(declared)
    with pytest.raises(Refused) as refused:
        check_declaration(declared)
    assert refused.value.code == STRUCTURE
    assert declared["roleArn"] == ROLE
