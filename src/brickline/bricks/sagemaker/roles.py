"""Execution roles: a job's or model's role has to be there before it starts."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.naming import Arn
from brickline.baseplate.sessions import role_session_arn
from brickline.bricks.sagemaker.refusals import invalid


def check_role(context: Context, member: str, role_arn: str) -> None:
    """Refused, naming `member`, where `role_arn` is no role of this account or IAM does not know it."""
    role = _parse(member, role_arn)
    if role.account != context.account:
        raise invalid(
            f"{member}: {role_arn} is a role of account {role.account}; "
            f"the role has to be one of account {context.account}"
        )
    try:
        context.call("iam", "GetRole", RoleName=role_name(role_arn))
    except Refused as error:
        raise invalid(
            f"{member}: {role_arn} is not there ({error.message}); create the role with IAM or use one that is there"
        ) from None


def role_name(role_arn: str) -> str:
    """The role's name, without its path."""
    return role_arn.rsplit("/", 1)[-1]


def job_principal(account: str, role_arn: str) -> str:
    """The session of its role as which a job acts."""
    return role_session_arn(account, role_name(role_arn), "SageMaker")


def _parse(member: str, role_arn: str) -> Arn:
    try:
        role = Arn.parse(role_arn)
    except ValueError as error:
        raise invalid(f"{member}: {error}") from None
    if role.service != "iam" or not role.resource.startswith("role/"):
        raise invalid(f"{member}: {role_arn} is not the ARN of an IAM role (arn:aws:iam::<account>:role/<name>)")
    return role
