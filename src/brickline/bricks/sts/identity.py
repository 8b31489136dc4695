"""Who is calling, and whose a key is."""

from __future__ import annotations

import hashlib

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate


class Identity:
    """GetCallerIdentity and GetAccessKeyInfo."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._credentials = baseplate.credentials

    def get_caller_identity(self, context: Context, _request: Shape) -> Shape:
        return {"UserId": _user_id(context), "Account": context.account, "Arn": context.principal}

    def get_access_key_info(self, _context: Context, request: Shape) -> Shape:
        known = self._credentials.find(request["AccessKeyId"])
        if known is None:
            raise Refused("ValidationError", f"AccessKeyId: there is no key {request['AccessKeyId']}")
        return {"Account": known.account}


def _user_id(context: Context) -> str:
    """`AROA...:session` for a role's session, `AIDA...` for a user, the account's number for its root."""
    kind, _, rest = context.principal.split(":")[-1].partition("/")
    if kind == "assumed-role":
        role, _, session = rest.partition("/")
        return f"{_role_id(context, role)}:{session}"
    if kind == "user":
        return str(context.call("iam", "GetUser", UserName=rest.rsplit("/", 1)[-1])["User"]["UserId"])
    return context.account


def _role_id(context: Context, role: str) -> str:
    try:
        return str(context.call("iam", "GetRole", RoleName=role)["Role"]["RoleId"])
    except Refused:
        # Sessions outlive their role, whose id is no longer known: one that is always the same for the name.
        return "AROA" + hashlib.sha256(f"{context.account}/{role}".encode()).hexdigest()[:17].upper()
