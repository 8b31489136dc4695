"""The operations on pipelines, their versions and executions, as a client calls them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bricks.sagemaker.pipelines.builders import definition, fail, function, parameter, training

from brickline.baseplate.errors import Refused

ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p"
ONE = definition(fail("One"))
TWO = definition(fail("Two"))


def refused(code: str, message: str, call: Any, *arguments: Any, **members: Any) -> None:
    with pytest.raises(Refused) as refusal:
        call(*arguments, **members)
    assert refusal.value.code == code
    assert message in refusal.value.message


def test_a_pipeline_is_described_as_it_was_created(world: Any) -> None:
    made = world.create(
        ONE,
        PipelineDescription="d",
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
        Tags=[{"Key": "team", "Value": "a"}],
    )
    assert made == {"PipelineArn": ARN}
    found = world("DescribePipeline", PipelineName="p")
    assert found["PipelineDefinition"] == ONE
    assert (found["PipelineStatus"], found["PipelineDisplayName"], found["PipelineDescription"]) == ("Active", "p", "d")
    assert found["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
    assert "LastRunTime" not in found
    assert world("ListTags", ResourceArn=ARN)["Tags"] == [{"Key": "team", "Value": "a"}]
    assert world("DescribePipeline", PipelineName=ARN)["CreationTime"] == found["CreationTime"]


def test_the_name_of_a_pipeline_is_taken_once(world: Any) -> None:
    world.create(ONE)
    refused("ValidationException", "already exists", world.create, ONE)
    refused("ValidationException", "already exists", world.create, ONE, "P")


def test_the_same_token_gives_the_same_answer(world: Any) -> None:
    token = world.token()
    assert world.create(ONE, ClientRequestToken=token) == world.create(ONE, ClientRequestToken=token)
    token = world.token()
    assert world.start(ClientRequestToken=token) == world.start(ClientRequestToken=token)


def test_a_definition_can_lie_in_s3(world: Any) -> None:
    world.context.call("s3", "PutObject", Bucket="bucket", Key="definition", Body=ONE.encode())
    world.create("", PipelineDefinitionS3Location={"Bucket": "bucket", "ObjectKey": "definition"})
    assert world("DescribePipeline", PipelineName="p")["PipelineDefinition"] == ONE
    nowhere = {"Bucket": "bucket", "ObjectKey": "nothing"}
    refused(
        "ValidationException",
        "PipelineDefinitionS3Location: s3://bucket/nothing cannot be read",
        world.create,
        "",
        "q",
        PipelineDefinitionS3Location=nowhere,
    )


def test_bad_requests_are_refused(world: Any) -> None:
    refused("ValidationException", "Unable to parse pipeline definition", world.create, "{")
    role = "arn:aws:iam::123456789012:role/Nobody"
    refused("ValidationException", "RoleArn", world.create, ONE, RoleArn=role)
    for operation in ("DescribePipeline", "ListPipelineExecutions", "ListPipelineVersions"):
        refused("ResourceNotFound", f"Pipeline '{ARN}' does not exist.", world, operation, PipelineName=ARN)
    refused("ResourceNotFound", "does not exist", world.start)
    missing = f"{ARN}/execution/0123456789ab"
    for operation in ("DescribePipelineExecution", "ListPipelineExecutionSteps", "UpdatePipelineExecution"):
        refused(
            "ResourceNotFound",
            f"Pipeline execution '{missing}' does not exist.",
            world,
            operation,
            PipelineExecutionArn=missing,
        )
    refused("ValidationException", "PipelineExecutionArn: a value is needed", world, "ListPipelineExecutionSteps")


def test_parameters_are_checked_when_an_execution_starts(world: Any) -> None:
    declared = [
        parameter("count", "Integer", 1),
        parameter("needed"),
        parameter("rate", "Float", 0.5),
        parameter("flag", "Boolean", False),
        parameter("kind", default="a", EnumValues=["a", "b"]),
    ]
    world.create(definition(fail("No"), parameters=declared))
    refused("ValidationException", "Parameter 'needed' is undefined", world.start)
    refused("ValidationException", "Unknown parameter 'cuont'. Did you mean 'count'?", world.start, "p", {"cuont": "1"})
    refused(
        "ValidationException",
        "Parameter 'count' is of type Integer; 'many' cannot be read as one",
        world.start,
        "p",
        {"needed": "", "count": "many"},
    )
    refused("ValidationException", "none of its EnumValues (a, b)", world.start, "p", {"needed": "x", "kind": "c"})
    arn = world.start("p", {"needed": "x", "flag": "True", "rate": "0.25"})
    listed = world("ListPipelineParametersForExecution", PipelineExecutionArn=arn)
    assert listed == {
        "PipelineParameters": [
            {"Name": "count", "Value": "1"},
            {"Name": "needed", "Value": "x"},
            {"Name": "rate", "Value": "0.25"},
            {"Name": "flag", "Value": "true"},
            {"Name": "kind", "Value": "a"},
        ]
    }
    page = world("ListPipelineParametersForExecution", PipelineExecutionArn=arn, MaxResults=3)
    rest = world(
        "ListPipelineParametersForExecution", PipelineExecutionArn=arn, MaxResults=3, NextToken=page["NextToken"]
    )
    assert page["PipelineParameters"] + rest["PipelineParameters"] == listed["PipelineParameters"]
    assert "NextToken" not in rest


def test_only_a_changed_definition_makes_a_version(world: Any) -> None:
    world.create(ONE)
    assert world("UpdatePipeline", PipelineName="p", PipelineDefinition=ONE + " ")["PipelineVersionId"] == 1
    assert world("UpdatePipeline", PipelineName="p", PipelineDescription="new")["PipelineVersionId"] == 1
    assert world("UpdatePipeline", PipelineName="p", PipelineDefinition=TWO)["PipelineVersionId"] == 2
    found = world("DescribePipeline", PipelineName="p")
    assert (found["PipelineDefinition"], found["PipelineDescription"]) == (TWO, "new")
    assert world("DescribePipeline", PipelineName="p", PipelineVersionId=1)["PipelineDefinition"] == ONE
    versions = world("ListPipelineVersions", PipelineName=ARN)["PipelineVersionSummaries"]
    assert [version["PipelineVersionId"] for version in versions] == [2, 1], "newest first"


def test_aliases_name_versions(world: Any) -> None:
    world.create(ONE, PipelineVersionAliases=["prod"])
    world("UpdatePipeline", PipelineName="p", PipelineDefinition=TWO, PipelineVersionAliases=["next"])
    assert world("DescribePipeline", PipelineName="p", PipelineVersionAlias="prod")["PipelineDefinition"] == ONE
    arn = world.start(PipelineVersionAlias="prod")
    assert world.wait(arn)["PipelineVersionId"] == 1
    assert world("DescribePipelineDefinitionForExecution", PipelineExecutionArn=arn)["PipelineDefinition"] == ONE
    of_prod = world("ListPipelineExecutions", PipelineName="p", PipelineVersionAlias="prod")
    of_next = world("ListPipelineExecutions", PipelineName="p", PipelineVersionAlias="next")
    assert len(of_prod["PipelineExecutionSummaries"]) == 1
    assert of_next["PipelineExecutionSummaries"] == []
    versions = world("ListPipelineVersions", PipelineName=ARN)["PipelineVersionSummaries"]
    assert versions[1]["LastExecutionPipelineExecutionArn"] == arn
    refused("ResourceNotFound", "no version with the alias 'none'", world.start, PipelineVersionAlias="none")
    move = {"PipelineArn": ARN, "PipelineVersionId": 2, "PipelineVersionAliasOperations": {"Add": ["prod"]}}
    refused("ConflictException", "remove it there first", world, "UpdatePipelineVersion", **move)
    world(
        "UpdatePipelineVersion",
        PipelineArn=ARN,
        PipelineVersionId=1,
        PipelineVersionDisplayName="old",
        PipelineVersionAliasOperations={"Remove": ["prod"]},
    )
    world("UpdatePipelineVersion", **move)
    assert world("DescribePipeline", PipelineName="p")["PipelineVersionAliases"] == ["next", "prod"]
    assert world("DescribePipeline", PipelineName="p", PipelineVersionId=1)["PipelineVersionDisplayName"] == "old"


def test_aliases_that_cannot_be_given(world: Any) -> None:
    world.create(ONE, PipelineVersionAliases=["a"])
    update = {"PipelineName": "p", "PipelineVersionAliases": ["b"]}
    refused("ValidationException", "the definition does not change", world, "UpdatePipeline", **update)
    update |= {"PipelineDefinition": TWO}
    update["PipelineVersionAliases"] = ["12"]
    refused("ValidationException", "'12' has digits only", world, "UpdatePipeline", **update)
    more = {"Add": [f"a{number}" for number in range(10)]}
    version = {"PipelineArn": ARN, "PipelineVersionId": 1, "PipelineVersionAliasOperations": more}
    refused("ValidationException", "11 aliases, 10 are the most", world, "UpdatePipelineVersion", **version)


def test_executions_are_listed_newest_first(world: Any) -> None:
    world.create(ONE)
    arns = [world.start(PipelineExecutionDisplayName=f"e{number}") for number in range(3)]
    for arn in arns:
        world.wait(arn)
    page = world("ListPipelineExecutions", PipelineName="p", SortBy="CreationTime", SortOrder="Descending")
    found = page["PipelineExecutionSummaries"]
    assert [one["PipelineExecutionArn"] for one in found] == arns[::-1]
    assert found[0]["PipelineExecutionStatus"] == "Failed"
    assert found[0]["PipelineExecutionFailureReason"].startswith("Step failure")
    assert found[0]["StartTime"] == world("DescribePipelineExecution", PipelineExecutionArn=arns[2])["CreationTime"]
    assert world("DescribePipeline", PipelineName="p")["LastRunTime"] == found[0]["StartTime"]
    assert world("ListPipelines")["PipelineSummaries"][0]["LastExecutionTime"] == found[0]["StartTime"]


def test_an_execution_can_be_renamed(world: Any) -> None:
    world.create(ONE)
    arn = world.start()
    assert world.wait(arn)["PipelineExecutionDisplayName"].startswith("execution-1")
    world("UpdatePipelineExecution", PipelineExecutionArn=arn, PipelineExecutionDisplayName="new")
    assert world.wait(arn)["PipelineExecutionDisplayName"] == "new"


def test_a_pipeline_goes_with_all_that_belongs_to_it(world: Any) -> None:
    world.create(definition(function("F", CacheConfig={"Enabled": True})))
    world.functions.may_end.clear()
    arn = world.start()
    world.functions.invoked.get(timeout=20)
    token = world.token()
    refused("ConflictException", arn, world, "DeletePipeline", PipelineName="p", ClientRequestToken=token)
    world.functions.may_end.set()
    world.wait(arn)
    assert world("DeletePipeline", PipelineName="p", ClientRequestToken=token) == {"PipelineArn": ARN}
    refused("ResourceNotFound", "does not exist", world, "DescribePipelineExecution", PipelineExecutionArn=arn)
    world.create(definition(function("F", CacheConfig={"Enabled": True})))
    again = world.start()
    world.wait(again)
    assert "CacheHitResult" not in world.steps(again)["F"]
    assert world("ListPipelineVersions", PipelineName=ARN)["PipelineVersionSummaries"][0]["PipelineVersionId"] == 1


def test_the_steps_of_many_fit_on_one_page(world: Any) -> None:
    world.create(definition(*(training(f"T{number}") for number in range(30))))
    arn = world.start()
    for _ in range(30):
        world.train()
    world.wait(arn)
    assert len(world.steps(arn)) == 30
    oldest = world("ListPipelineExecutionSteps", PipelineExecutionArn=arn, SortOrder="Ascending", MaxResults=1)
    assert oldest["PipelineExecutionSteps"][0]["StepName"] == "T0"
    assert oldest["NextToken"]
