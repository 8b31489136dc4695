"""Search expressions, and the operation on what is stored."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.search.expression import check, matches, values_at

DOCUMENT = {
    "TrainingJobName": "flights-1",
    "CreationTime": 1_700_000_000.0,
    "EnableNetworkIsolation": False,
    "HyperParameters": {"max.depth": "5", "rate": "0.1"},
    "Tags": [{"Key": "team", "Value": "red"}],
    "Metrics": [{"MetricName": "val:auc", "Max": 0.9}, {"MetricName": "loss", "Max": 3.0}],
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://a/train", "S3DataType": "S3Prefix"}}},
        {"ChannelName": "test", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/test", "S3DataType": "ManifestFile"}}},
    ],
    "Parents": [{"TrialName": "t1"}, {"TrialName": "t2"}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("TrainingJobName", ["flights-1"]),
        ("HyperParameters.max.depth", ["5"]),
        ("Tags.team", ["red"]),
        ("Metrics.val:auc.Max", [0.9]),
        ("Parents.TrialName", ["t1", "t2"]),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", ["s3://a/train", "s3://b/test"]),
        ("InputDataConfig.test.DataSource.S3DataSource.S3DataType", ["ManifestFile"]),
        ("Nothing.at.all", []),
    ],
)
def test_values_at_a_path(path: str, found: list[Any]) -> None:
    assert values_at(DOCUMENT, path) == found


def one(name: str, operator: str | None = None, value: str | None = None) -> dict[str, Any]:
    given = {"Name": name, "Operator": operator, "Value": value}
    return {"Filters": [{key: text for key, text in given.items() if text is not None}]}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({}, True),
        (one("TrainingJobName", value="flights-1"), True),
        (one("TrainingJobName"), True),
        (one("FailureReason"), False),
        (one("FailureReason", "NotExists"), True),
        (one("TrainingJobName", "Contains", "light"), True),
        (one("TrainingJobName", "In", "x, flights-1"), True),
        (one("TrainingJobName", "NotEquals", "flights-1"), False),
        (one("HyperParameters.rate", "GreaterThan", "0.05"), True),
        (one("Metrics.loss.Max", "LessThanOrEqualTo", "3"), True),
        (one("Metrics.loss.Max", "LessThan", "3"), False),
        (one("CreationTime", "GreaterThan", "2023-11-14T00:00:00Z"), True),
        (one("CreationTime", "GreaterThan", "2023-11-15T00:00:00Z"), False),
        (one("EnableNetworkIsolation", "Equals", "false"), True),
        ({"Operator": "Or", "SubExpressions": [one("Nothing"), one("Tags.team", value="red")]}, True),
        ({"SubExpressions": [one("Nothing"), one("Tags.team", value="red")]}, False),
    ],
)
def test_expressions(expression: dict[str, Any], holds: bool) -> None:
    check(expression)
    assert matches(expression, DOCUMENT) is holds


@pytest.mark.parametrize(("uri", "holds"), [("s3://b/test", True), ("s3://a/train", False)])
def test_nested_filters_have_to_hold_for_one_element(uri: str, holds: bool) -> None:
    prefix = "InputDataConfig.DataSource.S3DataSource"
    filters = [
        {"Name": f"{prefix}.S3Uri", "Operator": "Equals", "Value": uri},
        {"Name": f"{prefix}.S3DataType", "Operator": "Equals", "Value": "ManifestFile"},
    ]
    expression = {"NestedFilters": [{"NestedPropertyName": "InputDataConfig", "Filters": filters}]}
    assert matches(expression, DOCUMENT) is holds


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (
            {"Filters": [*one("a", "Contains", "x")["Filters"], *one("b", "Contains", "x")["Filters"]]},
            "usage limit of 1",
        ),
        (one("a", "Equals"), "no Value"),
        (one("a", "GreaterThan", "text"), "neither"),
    ],
)
def test_what_cannot_be_decided_is_refused(expression: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check(expression)


def test_searching_what_is_stored(account: Any) -> None:
    for name, depth in (("a", 1), ("b", 3), ("c", 2)):
        parameters = {"depth": {"NumberValue": depth}}
        account("CreateTrialComponent", TrialComponentName=name, Parameters=parameters)
    request = {
        "Resource": "ExperimentTrialComponent",
        "SearchExpression": one("Parameters.depth.NumberValue", "GreaterThan", "1"),
        "SortBy": "Parameters.depth.NumberValue",
        "SortOrder": "Ascending",
        "MaxResults": 1,
    }
    first = account("Search", **request)
    assert [found["TrialComponent"]["TrialComponentName"] for found in first["Results"]] == ["c"]
    assert first["TotalHits"] == {"Value": 2, "Relation": "EqualTo"}
    second = account("Search", **request, NextToken=first["NextToken"])
    assert [found["TrialComponent"]["TrialComponentName"] for found in second["Results"]] == ["b"]
    assert "NextToken" not in second
