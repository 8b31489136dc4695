"""The service role: as whom a build acts."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.sessions import role_session_arn
from brickline.bricks.codebuild.kinds import invalid


def check_role(context: Context, role: str) -> None:
    """Refused where IAM does not know the role."""
    try:
        context.call("iam", "GetRole", RoleName=role_name(role))
    except Refused as error:
        raise invalid(
            f"CodeBuild is not authorized to perform: sts:AssumeRole on {role} ({error.message}); "
            "serviceRole has to be the ARN of a role that IAM has"
        ) from None


def role_name(role: str) -> str:
    """The role's name, of its ARN or of the name itself."""
    return role.rsplit("/", 1)[-1]


def build_principal(account: str, role: str, build_id: str) -> str:
    """The session of its role as which a build acts."""
    return role_session_arn(account, role_name(role), f"AWSCodeBuild-{build_id.rpartition(':')[2]}")
