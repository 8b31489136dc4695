"""Requests that do not fit the model are refused with the service's code, in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate import patterns
from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.errors import Refused
from brickline.baseplate.models import service_model
from brickline.baseplate.validation import validate

ROLE = "arn:aws:iam::123456789012:role/r"
TRUST = {"AssumeRolePolicyDocument": "{}"}


def refusal(service: str, operation: str, request: dict[str, Any]) -> Refused | None:
    try:
        validate(service_model(service).operation_model(operation), request)
    except Refused as refused:
        return refused
    return None


GOOD = [
    ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "a-1"}),
    ("sagemaker", "CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "Tags": [{"Key": "ü k", "Value": ""}]}),
    ("sagemaker", "ListPipelines", {"CreatedAfter": 1.5, "MaxResults": 10}),
    ("sagemaker", "CreateModel", {"ModelName": "m", "NotInTheModel": 1}),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": BytesBody(b"x")}),
    ("lambda", "Invoke", {"FunctionName": "f", "Payload": b"{}"}),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/a/b/", "AssumeRolePolicyDocument": '{"ü": "\n"}'}),
]


@pytest.mark.parametrize(("service", "operation", "request_"), GOOD)
def test_a_good_request_passes(service: str, operation: str, request_: dict[str, Any]) -> None:
    assert refusal(service, operation, request_) is None


BAD = [
    (
        *("sagemaker", "DescribeTrainingJob", {}, "ValidationException"),
        "1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: "
        "Member must not be null",
    ),
    (
        *("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "a_b"}, "ValidationException"),
        "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ),
    (
        *("sagemaker", "ListModels", {"SortOrder": "Up", "MaxResults": 101}, "ValidationException"),
        "2 validation errors detected: Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy "
        "enum value set: [Ascending, Descending]; Value '101' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
    ),
    (
        *("sagemaker", "CreateModel", {"ModelName": "m", "Tags": [{"Key": "k"}]}, "ValidationException"),
        "Value null at 'tags.1.member.value' failed",
    ),
    (
        *("sagemaker", "DescribeTrainingJob", {"TrainingJobName": 7}, "SerializationException"),
        "Value '7' at 'trainingJobName' failed to satisfy constraint: Member must be a string, not int",
    ),
    (
        *("logs", "CreateLogGroup", {"logGroupName": "a b"}, "InvalidParameterException"),
        "at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ),
    (
        *("iam", "CreateRole", {"RoleName": "r" * 65, **TRUST}, "ValidationError"),
        "Member must have length less than or equal to 64",
    ),
    ("sts", "AssumeRole", {"RoleArn": ROLE}, "ValidationError", "Value null at 'roleSessionName'"),
    (
        *("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "MemorySize": 1}, "ValidationException"),
        "Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
    ),
    (
        *("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Runtime": "python2.6"}),
        *("InvalidParameterValueException", "at 'runtime' failed to satisfy constraint: Member must satisfy enum"),
    ),
    (
        *("lambda", "CreateEventSourceMapping", {"FunctionName": "f", "Topics": ["a b"]}, "ValidationException"),
        "at 'topics' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy",
    ),
    (
        *("sagemaker", "CreateModel"),
        {"ModelName": "m", "PrimaryContainer": {"Environment": {"bad key": "v"}}},
        *(
            "ValidationException",
            "at 'primaryContainer.environment' failed to satisfy constraint: Map keys must satisfy",
        ),
    ),
    (
        *("codecommit", "CreateRepository", {"repositoryName": "a b"}),
        *("InvalidRepositoryNameException", "at 'repositoryName'"),
    ),
    ("codecommit", "CreateRepository", {}, "RepositoryNameRequiredException", "Value null at 'repositoryName'"),
    ("codebuild", "StartBuild", {}, "InvalidInputException", "Value null at 'projectName'"),
    (
        *("s3", "CreateBucket", {"Bucket": "b", "CreateBucketConfiguration": {"LocationConstraint": "moon"}}),
        *("InvalidLocationConstraint", "not valid"),
    ),
    (
        "s3",
        "PutBucketVersioning",
        {"Bucket": "b", "VersioningConfiguration": {"Status": "On"}},
        "MalformedXML",
        ".status",
    ),
    ("s3", "ListObjectsV2", {"Bucket": "b", "EncodingType": "rot13"}, "InvalidArgument", "EncodingType"),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "StorageClass": "HOT"}, "InvalidStorageClass", "storage class"),
]


@pytest.mark.parametrize(("service", "operation", "request_", "code", "message"), BAD)
def test_a_bad_request_is_refused(
    service: str, operation: str, request_: dict[str, Any], code: str, message: str
) -> None:
    refused = refusal(service, operation, request_)
    assert refused is not None
    assert refused.code == code
    assert message in refused.message


def test_shapes_that_contain_themselves_are_checked_all_the_way_down() -> None:
    search = {"NestedFilters": [], "SubExpressions": [{"SubExpressions": [{"Operator": "Xor"}]}]}
    refused = refusal("sagemaker", "Search", {"Resource": "Model", "SearchExpression": search})
    assert refused is not None
    assert "searchExpression.subExpressions.1.member.subExpressions.1.member.operator" in refused.message


def test_every_pattern_is_compiled_or_known_to_be_beyond_python() -> None:
    for service in ("sagemaker", "s3", "iam", "sts", "lambda", "logs", "codebuild", "codepipeline", "events"):
        model = service_model(service)
        texts = {pattern for name in model.shape_names if (pattern := model.shape_for(name).metadata.get("pattern"))}
        beyond = [text for text in texts if patterns.compiled(text) is None]
        assert len(beyond) <= 0.03 * len(texts), beyond


PATTERNS = [
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "ü b/c", True),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "a*b", False),
    (r"\d+", "٣", False),
    (r"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]+", "a😀", True),
    ("abc", "abcd", False),
]


@pytest.mark.parametrize(("pattern", "value", "matches"), PATTERNS)
def test_java_patterns_match_whole_values(pattern: str, value: str, matches: bool) -> None:
    expression = patterns.compiled(pattern)
    assert expression is not None
    assert bool(expression.fullmatch(value)) is matches


def test_all_checks_of_a_service_can_be_built() -> None:
    for service in ("sagemaker", "s3", "lambda", "iam"):
        model = service_model(service)
        for name in model.operation_names:
            refusal(service, name, {})
