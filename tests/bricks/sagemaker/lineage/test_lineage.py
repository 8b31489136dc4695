"""Artifacts, actions, contexts and what joins them."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.lineage.query import reach

EDGES = [("a", "b", "x"), ("b", "c", "x"), ("d", "c", "x"), ("c", "a", "x")]


@pytest.mark.parametrize(
    ("start", "direction", "depth", "found"),
    [
        ("b", "Descendants", 1, ["c"]),
        ("b", "Descendants", 9, ["c", "a"]),
        ("b", "Ascendants", 1, ["a"]),
        ("b", "Ascendants", 9, ["a", "c", "d"]),
        ("d", "Both", 1, ["c"]),
        ("a", "Both", 1, ["c", "b"]),
    ],
)
def test_what_is_reached(start: str, direction: str, depth: int, found: list[str]) -> None:
    assert reach(EDGES, [start], direction, depth)[0] == found


def test_entities_are_created_found_changed_and_deleted(account: Any) -> None:
    source = {"SourceUri": "s3://bucket/data"}
    arn = account("CreateArtifact", Source=source, ArtifactType="DataSet", ArtifactName="rows", Properties={"a": "1"})[
        "ArtifactArn"
    ]
    account("UpdateArtifact", ArtifactArn=arn, Properties={"b": "2"}, PropertiesToRemove=["a"])
    found = account("DescribeArtifact", ArtifactArn=arn)
    assert (found["ArtifactName"], found["Properties"]) == ("rows", {"b": "2"})
    with pytest.raises(Refused, match="already exists"):
        account("CreateArtifact", Source=source, ArtifactType="DataSet")
    listed = account("ListArtifacts", ArtifactType="DataSet", SourceUri="s3://bucket/data")["ArtifactSummaries"]
    assert [one["ArtifactArn"] for one in listed] == [arn]
    account("DeleteArtifact", Source=source)
    with pytest.raises(Refused) as refused:
        account("DescribeArtifact", ArtifactArn=arn)
    assert refused.value.code == "ResourceNotFound"


def test_associations_join_and_hold(account: Any) -> None:
    source = {"SourceUri": "s3://bucket/data"}
    data = account("CreateArtifact", Source=source, ArtifactType="DataSet")["ArtifactArn"]
    action = account("CreateAction", ActionName="clean", Source=source, ActionType="Cleaning")["ActionArn"]
    context = account("CreateContext", ContextName="project", Source=source, ContextType="Project")["ContextArn"]
    account("AddAssociation", SourceArn=data, DestinationArn=action, AssociationType="ContributedTo")
    account("AddAssociation", SourceArn=action, DestinationArn=context)
    (first,) = account("ListAssociations", SourceArn=data)["AssociationSummaries"]
    assert (first["SourceType"], first["DestinationType"], first["AssociationType"]) == (
        "DataSet",
        "Cleaning",
        "ContributedTo",
    )
    answer = account("QueryLineage", StartArns=[data], Direction="Descendants", Filters={"LineageTypes": ["Context"]})
    assert answer["Vertices"] == [{"Arn": context, "Type": "Project", "LineageType": "Context"}]
    with pytest.raises(Refused, match="associations"):
        account("DeleteAction", ActionName="clean")
    account("DeleteAssociation", SourceArn=data, DestinationArn=action)
    account("DeleteAssociation", SourceArn=action, DestinationArn=context)
    account("DeleteAction", ActionName="clean")
    assert account("ListAssociations")["AssociationSummaries"] == []


def test_approvals_are_actions(account: Any) -> None:
    account.put("model.tar.gz", "x")
    account("CreateModelPackageGroup", ModelPackageGroupName="g")
    specification = {"Containers": [{"Image": "python:3.11-slim", "ModelDataUrl": "s3://bucket/model.tar.gz"}]}
    made = account("CreateModelPackage", ModelPackageGroupName="g", InferenceSpecification=specification)
    account("UpdateModelPackage", ModelPackageArn=made["ModelPackageArn"], ModelApprovalStatus="Approved")
    (action,) = account("ListActions", ActionType="ModelApproval")["ActionSummaries"]
    assert action["Source"] == {"SourceUri": made["ModelPackageArn"]}
    assert [one["ContextType"] for one in account("ListContexts")["ContextSummaries"]] == ["ModelPackageGroup"]
