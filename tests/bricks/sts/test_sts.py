from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.sessions import ROLE, role_session_arn

ARN = f"arn:aws:iam::123456789012:role/{ROLE}"
SESSION = role_session_arn("123456789012", ROLE, "notebook")


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    """A notebook's: a session of the default role."""
    return replace(baseplate.context(), principal=SESSION, access_key="ASIAEXAMPLE")


def _refused(code: str, context: Context, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        context.call("sts", operation, **request)
    assert refused.value.code == code
    return refused.value


def _role(context: Context, name: str, principal: Any, **members: Any) -> str:
    trust = {"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **members}}
    answer = context.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return str(answer["Role"]["Arn"])


def test_the_caller_of_a_session_is_its_role(context: Context) -> None:
    role = context.call("iam", "GetRole", RoleName=ROLE)["Role"]
    answer = context.call("sts", "GetCallerIdentity")
    assert answer == {"UserId": f"{role['RoleId']}:notebook", "Account": "123456789012", "Arn": SESSION}


def test_a_user_and_the_root_are_told_by_their_own_ids(context: Context) -> None:
    user = context.call("iam", "CreateUser", UserName="jo")["User"]
    assert replace(context, principal=user["Arn"]).call("sts", "GetCallerIdentity")["UserId"] == user["UserId"]
    root = replace(context, principal="arn:aws:iam::123456789012:root")
    assert root.call("sts", "GetCallerIdentity")["UserId"] == "123456789012"


def test_assume_role_issues_keys_that_verify(baseplate: Baseplate, context: Context) -> None:
    answer = context.call("sts", "AssumeRole", RoleArn=ARN, RoleSessionName="me", DurationSeconds=900)
    credentials = answer["Credentials"]
    known = baseplate.credentials.find(credentials["AccessKeyId"])
    assert known
    assert (known.secret, known.session_token) == (credentials["SecretAccessKey"], credentials["SessionToken"])
    assert known.principal == answer["AssumedRoleUser"]["Arn"] == role_session_arn("123456789012", ROLE, "me")
    assert answer["AssumedRoleUser"]["AssumedRoleId"].endswith(":me")
    assert 890 < credentials["Expiration"] - clock.now() <= 900


def test_a_role_that_is_not_there_denies_as_one_that_does_not_trust(context: Context) -> None:
    missing = "arn:aws:iam::123456789012:role/nobody"
    assert _refused("AccessDenied", context, "AssumeRole", RoleArn=missing, RoleSessionName="me").status == 403
    service_only = _role(context, "ForLambda", {"Service": "lambda.amazonaws.com"})
    refused = _refused("AccessDenied", context, "AssumeRole", RoleArn=service_only, RoleSessionName="me")
    assert "is not authorized to perform: sts:AssumeRole on resource" in refused.message
    _refused("AccessDenied", context, "AssumeRole", RoleArn="arn:aws:s3:::a-bucket-name", RoleSessionName="me")


def test_an_external_id_has_to_be_the_one_in_the_trust_policy(context: Context) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    arn = _role(context, "Shared", {"AWS": ARN}, Condition=condition)
    _refused("AccessDenied", context, "AssumeRole", RoleArn=arn, RoleSessionName="me")
    context.call("sts", "AssumeRole", RoleArn=arn, RoleSessionName="me", ExternalId="secret")


def test_a_session_is_no_longer_than_its_role_and_chaining_allow(context: Context) -> None:
    long = {"RoleArn": ARN, "RoleSessionName": "me", "DurationSeconds": 7200}
    assert "MaxSessionDuration" in _refused("ValidationError", context, "AssumeRole", **long).message
    context.call("iam", "UpdateRole", RoleName=ROLE, MaxSessionDuration=43200)
    assert "chaining" in _refused("ValidationError", context, "AssumeRole", **long).message
    root = replace(context, principal="arn:aws:iam::123456789012:root", access_key="AKIAEXAMPLE")
    root.call("sts", "AssumeRole", **long)


def test_a_role_of_another_account_is_assumed_there(baseplate: Baseplate, context: Context) -> None:
    other = replace(context, account="999999999999")
    arn = _role(other, "Across", {"AWS": "arn:aws:iam::123456789012:root"})
    answer = context.call("sts", "AssumeRole", RoleArn=arn, RoleSessionName="me")
    known = baseplate.credentials.find(answer["Credentials"]["AccessKeyId"])
    assert known
    assert known.account == "999999999999"


def test_a_session_gets_no_session_token_and_a_user_does(baseplate: Baseplate, context: Context) -> None:
    _refused("AccessDenied", context, "GetSessionToken")
    user = context.call("iam", "CreateUser", UserName="jo")["User"]
    jo = replace(context, principal=user["Arn"], access_key="AKIAEXAMPLE")
    credentials = jo.call("sts", "GetSessionToken")["Credentials"]
    known = baseplate.credentials.find(credentials["AccessKeyId"])
    assert known
    assert known.principal == user["Arn"]
    assert jo.call("sts", "GetAccessKeyInfo", AccessKeyId=known.access_key) == {"Account": "123456789012"}


def test_what_is_not_there_says_so(context: Context) -> None:
    _refused(
        "NotImplemented", context, "AssumeRoleWithWebIdentity", RoleArn=ARN, RoleSessionName="me", WebIdentityToken="x"
    )
