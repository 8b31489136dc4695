"""The alias of an account: a name of its own, one at most."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.refusals import missing


class AccountAliases:
    """Create, list, delete."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def create_account_alias(self, context: Context, request: Shape) -> Shape:
        with self._identities.account(context) as account:
            account.private["alias"] = request["AccountAlias"]
        return {}

    def list_account_aliases(self, context: Context, _request: Shape) -> Shape:
        with self._identities.account(context) as account:
            alias = account.private.get("alias")
        return {"AccountAliases": [alias] if alias else [], "IsTruncated": False}

    def delete_account_alias(self, context: Context, request: Shape) -> Shape:
        with self._identities.account(context) as account:
            if account.private.get("alias") != request["AccountAlias"]:
                raise missing(f"The account alias {request['AccountAlias']} cannot be found.")
            del account.private["alias"]
        return {}
