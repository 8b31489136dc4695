from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.baseplate.policies import PolicyError, Question, decide, parse_policy

ALLOW_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
DENY_DELETE = {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::keep/*"}
GET = Question("s3:GetObject", "arn:aws:s3:::data/a.csv")
SESSION = "arn:aws:sts::123456789012:assumed-role/Trainer/me"


def _allow(**members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **members}


def _if(operator: str, key: str, value: Any) -> dict[str, Any]:
    return _allow(Condition={operator: {key: value}})


def _with(**values: str) -> Question:
    return Question("s3:GetObject", values={key.replace("_", ":"): value.split(",") for key, value in values.items()})


CASES = [
    ([ALLOW_S3], GET, "allowed"),
    ([ALLOW_S3], Question("S3:GETOBJECT", "x"), "allowed"),
    ([ALLOW_S3], Question("sagemaker:CreateModel"), "implicitDeny"),
    ([ALLOW_S3, DENY_DELETE], Question("s3:DeleteObject", "arn:aws:s3:::keep/a"), "explicitDeny"),
    ([ALLOW_S3, DENY_DELETE], Question("s3:DeleteObject", "arn:aws:s3:::other/a"), "allowed"),
    ([_allow(Action=["s3:Get?bject"])], GET, "allowed"),
    ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], GET, "allowed"),
    ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], GET, "implicitDeny"),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::data/*"}], GET, "implicitDeny"),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::other/*"}], GET, "allowed"),
    ([_allow(Resource="arn:aws:s3:::Data/*")], GET, "implicitDeny"),
    ([_allow(Resource="arn:aws:s3:::data/*")], Question("s3:GetObject"), "implicitDeny"),
    ([_allow(Resource="arn:aws:s3:::${aws:username}/*")], Question("s3:Get", "arn:aws:s3:::jo/a"), "implicitDeny"),
    (
        [_allow(Resource="arn:aws:s3:::${aws:username}/*")],
        Question("s3:Get", "arn:aws:s3:::jo/a", values={"aws:username": ["jo"]}),
        "allowed",
    ),
    ([_if("StringEquals", "aws:tag", "ml")], _with(aws_tag="ml"), "allowed"),
    ([_if("StringEquals", "AWS:Tag", ["x", "ml"])], _with(aws_tag="ml"), "allowed"),
    ([_if("StringEquals", "aws:tag", "ml")], _with(), "implicitDeny"),
    ([_if("StringEqualsIfExists", "aws:tag", "ml")], _with(), "allowed"),
    ([_if("StringNotEquals", "aws:tag", "ml")], _with(), "allowed"),
    ([_if("StringNotEquals", "aws:tag", ["ml", "x"])], _with(aws_tag="ml"), "implicitDeny"),
    ([_if("StringNotLike", "aws:tag", "m*")], _with(aws_tag="ml"), "implicitDeny"),
    (
        [_if("StringLike", "iam:PassedToService", "sage*")],
        _with(iam_PassedToService="sagemaker.amazonaws.com"),
        "allowed",
    ),
    ([_if("ArnLike", "aws:SourceArn", "arn:aws:s3:::b*")], _with(aws_SourceArn="arn:aws:s3:::bucket"), "allowed"),
    ([_if("Bool", "aws:SecureTransport", True)], _with(aws_SecureTransport="true"), "allowed"),
    ([_if("Null", "aws:tag", "true")], _with(), "allowed"),
    ([_if("Null", "aws:tag", "false")], _with(), "implicitDeny"),
    ([_if("NumericLessThanEquals", "s3:max-keys", 10)], _with(**{"s3_max-keys": "10"}), "allowed"),
    ([_if("IpAddress", "aws:SourceIp", "10.0.0.0/8")], _with(aws_SourceIp="10.1.2.3"), "allowed"),
    ([_if("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")], _with(aws_SourceIp="10.1.2.3"), "implicitDeny"),
    ([_if("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"])], _with(aws_TagKeys="a,b"), "allowed"),
    ([_if("ForAllValues:StringEquals", "aws:TagKeys", ["a"])], _with(aws_TagKeys="a,b"), "implicitDeny"),
    ([_if("ForAnyValue:StringEquals", "aws:TagKeys", ["a"])], _with(aws_TagKeys="a,b"), "allowed"),
]


@pytest.mark.parametrize(("statements", "question", "expected"), CASES)
def test_statements_decide_as_the_evaluation_logic_says(
    statements: list[dict[str, Any]], question: Question, expected: str
) -> None:
    assert decide(parse_policy(json.dumps({"Statement": statements})), question)[0] == expected


PRINCIPALS = [
    ("*", SESSION, True),
    ({"AWS": "*"}, SESSION, True),
    ({"AWS": "123456789012"}, SESSION, True),
    ({"AWS": "arn:aws:iam::123456789012:root"}, SESSION, True),
    ({"AWS": "arn:aws:iam::999999999999:root"}, SESSION, False),
    ({"AWS": ["arn:aws:iam::123456789012:role/Trainer"]}, SESSION, True),
    ({"AWS": "arn:aws:iam::123456789012:role/ml/Trainer"}, SESSION, True),
    ({"AWS": "arn:aws:iam::123456789012:role/Other"}, SESSION, False),
    ({"AWS": SESSION}, SESSION, True),
    ({"Service": "sagemaker.amazonaws.com"}, SESSION, False),
    ({"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}, "sagemaker.amazonaws.com", True),
]


@pytest.mark.parametrize(("principal", "caller", "is_named"), PRINCIPALS)
def test_a_trust_policy_names_sessions_users_and_services(principal: Any, caller: str, is_named: bool) -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}}
    decision, _ = decide(parse_policy(json.dumps(trust)), Question("sts:AssumeRole", principal=caller))
    assert (decision == "allowed") is is_named


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"Version": "2020-01-01", "Statement": [{"Effect": "Allow", "Action": "*"}]}',
        '{"Statement": []}',
        '{"Statement": ["x"]}',
        '{"Statement": [{"Effect": "allow", "Action": "*"}]}',
        '{"Statement": [{"Effect": "Allow"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": "x"}}]}',
    ],
)
def test_a_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text)
