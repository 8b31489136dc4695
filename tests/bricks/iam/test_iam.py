from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.sessions import ROLE

Call = Callable[..., dict[str, Any]]

TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
)
READ_DATA = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data/*"}})
S3_FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    return baseplate.context()


@pytest.fixture
def iam(context: Context) -> Call:
    return lambda operation, **request: context.call("iam", operation, **request)


def _refused(code: str, call: Call, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        call(operation, **request)
    assert refused.value.code == code
    return refused.value


@pytest.mark.parametrize("name", [ROLE, "MLOps-SageMakerRole", "MLOps-LambdaDeploymentRole", "MLOps-CodeBuildRole"])
def test_an_account_has_the_roles_of_an_mlops_set_up_from_the_start(iam: Call, name: str) -> None:
    assert iam("GetRole", RoleName=name)["Role"]["Arn"] == f"arn:aws:iam::123456789012:role/{name}"
    attached = iam("ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]


def test_a_deleted_default_role_does_not_come_back(iam: Call, make_baseplate: Callable[..., Baseplate]) -> None:
    iam("DetachRolePolicy", RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam("DeleteRole", RoleName=ROLE)
    restarted = make_baseplate().context()
    with pytest.raises(Refused, match="cannot be found"):
        restarted.call("iam", "GetRole", RoleName=ROLE)


def test_accounts_are_apart_and_regions_are_not(context: Context, iam: Call) -> None:
    iam("CreateRole", RoleName="mine", AssumeRolePolicyDocument=TRUST)
    elsewhere = replace(context, region="eu-west-1")
    assert elsewhere.call("iam", "GetRole", RoleName="mine")["Role"]["RoleName"] == "mine"
    other = replace(context, account="999999999999")
    assert other.call("iam", "GetRole", RoleName=ROLE)["Role"]["Arn"] == f"arn:aws:iam::999999999999:role/{ROLE}"
    _refused("NoSuchEntity", lambda op, **r: other.call("iam", op, **r), "GetRole", RoleName="mine")


def test_a_role_is_kept_as_it_was_created(iam: Call) -> None:
    created = iam(
        "CreateRole",
        RoleName="Trainer",
        Path="/ml/",
        AssumeRolePolicyDocument=TRUST,
        Description="trains",
        MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "ml"}],
    )["Role"]
    role = iam("GetRole", RoleName="trainer")["Role"]
    assert role == {**created, "RoleLastUsed": {}}
    assert role["Arn"] == "arn:aws:iam::123456789012:role/ml/Trainer"
    assert role["RoleId"].startswith("AROA")
    assert unquote(role["AssumeRolePolicyDocument"]) == TRUST
    assert role["Tags"] == [{"Key": "team", "Value": "ml"}]
    _refused("EntityAlreadyExists", iam, "CreateRole", RoleName="TRAINER", AssumeRolePolicyDocument=TRUST)
    _refused("MalformedPolicyDocument", iam, "CreateRole", RoleName="x", AssumeRolePolicyDocument="{}")


def test_a_role_with_policies_is_not_deleted(iam: Call) -> None:
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam("AttachRolePolicy", RoleName="r", PolicyArn=S3_FULL)
    iam("PutRolePolicy", RoleName="r", PolicyName="read", PolicyDocument=READ_DATA)
    assert "detach" in _refused("DeleteConflict", iam, "DeleteRole", RoleName="r").message
    iam("DetachRolePolicy", RoleName="r", PolicyArn=S3_FULL)
    assert _refused("DeleteConflict", iam, "DeleteRole", RoleName="r").status == 409
    assert unquote(iam("GetRolePolicy", RoleName="r", PolicyName="read")["PolicyDocument"]) == READ_DATA
    iam("DeleteRolePolicy", RoleName="r", PolicyName="read")
    iam("CreateInstanceProfile", InstanceProfileName="p")
    iam("AddRoleToInstanceProfile", InstanceProfileName="p", RoleName="r")
    assert "instance profile" in _refused("DeleteConflict", iam, "DeleteRole", RoleName="r").message
    iam("RemoveRoleFromInstanceProfile", InstanceProfileName="p", RoleName="r")
    iam("DeleteRole", RoleName="r")
    _refused("NoSuchEntity", iam, "GetRole", RoleName="r")


def test_lists_come_in_pages(iam: Call) -> None:
    for number in range(5):
        iam("CreateRole", RoleName=f"r{number}", Path="/five/", AssumeRolePolicyDocument=TRUST)
    first = iam("ListRoles", PathPrefix="/five/", MaxItems=3)
    rest = iam("ListRoles", PathPrefix="/five/", MaxItems=3, Marker=first["Marker"])
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert [role["RoleName"] for role in first["Roles"] + rest["Roles"]] == [f"r{number}" for number in range(5)]
    policies = iam("ListPolicies", Scope="AWS", MaxItems=2)
    more = iam("ListPolicies", Scope="AWS", MaxItems=2, Marker=policies["Marker"])
    assert not {p["Arn"] for p in policies["Policies"]} & {p["Arn"] for p in more["Policies"]}


def test_a_managed_policy_has_versions(iam: Call) -> None:
    policy = iam("CreatePolicy", PolicyName="read", PolicyDocument=READ_DATA)["Policy"]
    assert policy["Arn"] == "arn:aws:iam::123456789012:policy/read"
    write = READ_DATA.replace("Get", "Put")
    made = iam("CreatePolicyVersion", PolicyArn=policy["Arn"], PolicyDocument=write, SetAsDefault=True)
    assert made["PolicyVersion"]["VersionId"] == "v2"
    versions = iam("ListPolicyVersions", PolicyArn=policy["Arn"])["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in versions] == [("v2", True), ("v1", False)]
    got = iam("GetPolicyVersion", PolicyArn=policy["Arn"], VersionId="v2")["PolicyVersion"]
    assert unquote(got["Document"]) == write
    _refused("DeleteConflict", iam, "DeletePolicyVersion", PolicyArn=policy["Arn"], VersionId="v2")
    _refused("DeleteConflict", iam, "DeletePolicy", PolicyArn=policy["Arn"])
    iam("DeletePolicyVersion", PolicyArn=policy["Arn"], VersionId="v1")
    iam("AttachRolePolicy", RoleName=ROLE, PolicyArn=policy["Arn"])
    assert iam("GetPolicy", PolicyArn=policy["Arn"])["Policy"]["AttachmentCount"] == 1
    entities = iam("ListEntitiesForPolicy", PolicyArn=policy["Arn"])
    assert [role["RoleName"] for role in entities["PolicyRoles"]] == [ROLE]
    _refused("DeleteConflict", iam, "DeletePolicy", PolicyArn=policy["Arn"])
    iam("DetachRolePolicy", RoleName=ROLE, PolicyArn=policy["Arn"])
    iam("DeletePolicy", PolicyArn=policy["Arn"])
    _refused("NoSuchEntity", iam, "GetPolicy", PolicyArn=policy["Arn"])


def test_aws_policies_are_known_by_name(iam: Call) -> None:
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert iam("GetPolicy", PolicyArn=basic)["Policy"]["Path"] == "/service-role/"
    document = iam("GetPolicyVersion", PolicyArn=basic, VersionId="v1")["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in unquote(document)
    iam("AttachRolePolicy", RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/SomethingRare")
    _refused("NoSuchEntity", iam, "AttachRolePolicy", RoleName=ROLE, PolicyArn="arn:aws:iam::123456789012:policy/no")


def test_an_access_key_signs_until_it_is_made_inactive(baseplate: Baseplate, iam: Call) -> None:
    iam("CreateUser", UserName="jo")
    key = iam("CreateAccessKey", UserName="jo")["AccessKey"]
    known = baseplate.credentials.find(key["AccessKeyId"])
    assert known
    assert (known.secret, known.principal) == (key["SecretAccessKey"], "arn:aws:iam::123456789012:user/jo")
    assert "SecretAccessKey" not in iam("ListAccessKeys", UserName="jo")["AccessKeyMetadata"][0]
    iam("UpdateAccessKey", UserName="jo", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    inactive = baseplate.credentials.find(key["AccessKeyId"])
    assert inactive
    assert not inactive.active
    iam("CreateAccessKey", UserName="jo")
    _refused("LimitExceeded", iam, "CreateAccessKey", UserName="jo")
    _refused("DeleteConflict", iam, "DeleteUser", UserName="jo")
    iam("DeleteAccessKey", UserName="jo", AccessKeyId=key["AccessKeyId"])
    assert baseplate.credentials.find(key["AccessKeyId"]) is None


def test_operations_without_a_user_name_are_about_the_caller(context: Context, iam: Call) -> None:
    iam("CreateUser", UserName="jo", Path="/team/")
    jo = replace(context, principal="arn:aws:iam::123456789012:user/team/jo")
    assert jo.call("iam", "GetUser")["User"]["UserName"] == "jo"
    assert jo.call("iam", "CreateAccessKey")["AccessKey"]["UserName"] == "jo"
    session = replace(context, principal="arn:aws:sts::123456789012:assumed-role/r/s")
    _refused("ValidationError", lambda op, **r: session.call("iam", op, **r), "GetUser")


def test_a_password_for_git_is_shown_once(iam: Call) -> None:
    iam("CreateUser", UserName="jo")
    request = {"UserName": "jo", "ServiceName": "codecommit.amazonaws.com"}
    made = iam("CreateServiceSpecificCredential", **request)["ServiceSpecificCredential"]
    assert made["ServiceUserName"] == "jo-at-123456789012"
    shown = iam("ListServiceSpecificCredentials", UserName="jo")["ServiceSpecificCredentials"]
    assert "ServicePassword" not in shown[0]
    place = {"UserName": "jo", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    reset = iam("ResetServiceSpecificCredential", **place)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != made["ServicePassword"]
    iam("DeleteServiceSpecificCredential", **place)
    _refused(
        "NotSupportedService", iam, "CreateServiceSpecificCredential", UserName="jo", ServiceName="x.amazonaws.com"
    )


def test_a_group_gives_its_policies_to_its_users(iam: Call) -> None:
    iam("CreateUser", UserName="jo")
    iam("CreateGroup", GroupName="ml")
    iam("PutGroupPolicy", GroupName="ml", PolicyName="read", PolicyDocument=READ_DATA)
    iam("AddUserToGroup", GroupName="ml", UserName="jo")
    assert [user["UserName"] for user in iam("GetGroup", GroupName="ml")["Users"]] == ["jo"]
    answer = iam(
        "SimulatePrincipalPolicy",
        PolicySourceArn="arn:aws:iam::123456789012:user/jo",
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::data/a"],
    )
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]
    _refused("DeleteConflict", iam, "DeleteGroup", GroupName="ml")


def test_the_default_role_is_allowed_everything(iam: Call) -> None:
    answer = iam(
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"arn:aws:iam::123456789012:role/{ROLE}",
        ActionNames=["sagemaker:CreateTrainingJob", "s3:GetObject"],
    )
    assert {result["EvalDecision"] for result in answer["EvaluationResults"]} == {"allowed"}
    matched = answer["EvaluationResults"][0]["MatchedStatements"]
    assert [statement["SourcePolicyId"] for statement in matched] == ["AdministratorAccess"]


def test_a_boundary_limits_what_policies_allow(iam: Call) -> None:
    boundary = iam("CreatePolicy", PolicyName="b", PolicyDocument=READ_DATA)["Policy"]["Arn"]
    iam("PutRolePermissionsBoundary", RoleName=ROLE, PermissionsBoundary=boundary)
    answer = iam(
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"arn:aws:iam::123456789012:role/{ROLE}",
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::data/a"],
    )
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]
    _refused(
        "NoSuchEntity", iam, "SimulatePrincipalPolicy", PolicySourceArn="arn:aws:iam::1:role/x", ActionNames=["s3:Get"]
    )


def test_tags_of_roles_and_policies(iam: Call) -> None:
    policy = iam("CreatePolicy", PolicyName="p", PolicyDocument=READ_DATA)["Policy"]["Arn"]
    for sort, place in (("Role", {"RoleName": ROLE}), ("Policy", {"PolicyArn": policy})):
        iam(f"Tag{sort}", **place, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        iam(f"Untag{sort}", **place, TagKeys=["a"])
        assert iam(f"List{sort}Tags", **place)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_a_service_linked_role_belongs_to_its_service(iam: Call) -> None:
    role = iam("CreateServiceLinkedRole", AWSServiceName="sagemaker.amazonaws.com")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForSageMaker"
    assert role["Path"] == "/aws-service-role/sagemaker.amazonaws.com/"
    task = iam("DeleteServiceLinkedRole", RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "SUCCEEDED"
    _refused("NoSuchEntity", iam, "GetRole", RoleName=role["RoleName"])


def test_an_account_alias_is_kept(iam: Call) -> None:
    iam("CreateAccountAlias", AccountAlias="ml-team")
    assert iam("ListAccountAliases")["AccountAliases"] == ["ml-team"]
    iam("DeleteAccountAlias", AccountAlias="ml-team")
    assert iam("ListAccountAliases")["AccountAliases"] == []
