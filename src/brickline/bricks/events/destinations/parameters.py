"""The parameters of connections: what is secret, and how two of them become one. Pure."""

from __future__ import annotations

from typing import Any

from brickline.baseplate.brick import Shape

MEMBERS = {
    "BASIC": "BasicAuthParameters",
    "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters",
    "API_KEY": "ApiKeyAuthParameters",
}
"""The member of AuthParameters that each AuthorizationType needs."""

_SECRETS = ("Password", "ClientSecret", "ApiKeyValue")


def shown(parameters: Any) -> Any:
    """Without what is secret: passwords, keys, and the values that say so of themselves."""
    if isinstance(parameters, list):
        return [shown(one) for one in parameters]
    if not isinstance(parameters, dict):
        return parameters
    hidden = (*_SECRETS, "Value") if parameters.get("IsValueSecret") else _SECRETS
    return {member: shown(value) for member, value in parameters.items() if member not in hidden}


def merged(old: Shape, given: Shape) -> Shape:
    """UpdateConnection's: a member that is given takes the place of the old one; structures are looked into.

    Parameters for another way to authorize replace those of the way before.
    """
    others = set(MEMBERS.values()) - set(given) if set(MEMBERS.values()) & set(given) else set()
    kept = {member: value for member, value in old.items() if member not in others}
    return _merged(kept, given)


def _merged(old: Shape, given: Shape) -> Shape:
    both = {
        member: _merged(old[member], value)
        for member, value in given.items()
        if isinstance(value, dict) and isinstance(old.get(member), dict)
    }
    return {**old, **given, **both}
