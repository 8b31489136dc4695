"""Members that take a name or an ARN, and who did what."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.naming import Arn, is_arn


def name_of(name_or_arn: str) -> str:
    """`ArnOrName` members: the name, whichever was given (`group/3` of a model package's ARN)."""
    return Arn.parse(name_or_arn).resource.split("/", 1)[1] if is_arn(name_or_arn) else name_or_arn


def user_context(context: Context) -> Shape:
    """Who makes this call, as `CreatedBy` and `LastModifiedBy` tell it."""
    principal = context.principal.rsplit("/", 1)[-1]
    return {
        "IamIdentity": {"Arn": context.principal, "PrincipalId": f"{context.access_key or context.account}:{principal}"}
    }
