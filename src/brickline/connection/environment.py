"""The variables that `brickline env`, `exec` and `connect()` set, and those that they take away."""

from __future__ import annotations

import json
import os
from pathlib import Path

from brickline.baseplate.client_environment import UPSTREAM, Addresses, client_environment, upstream_proxy
from brickline.baseplate.credentials import Credential
from brickline.connection.discovery import ServerInfo

REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
"""A profile or a web identity would win over the keys in some clients."""

_NOBODY = Credential("", "", "", "", "", 0)
VARIABLES = (*client_environment(Addresses("", "-", "-"), _NOBODY, ""), "BRICKLINE_DATA", UPSTREAM)
"""The names of all variables that `environment` sets."""


def environment(info: ServerInfo, data: Path) -> dict[str, str]:
    """Variables that point a process at the server, and those of our own commands in it."""
    own = {"BRICKLINE_DATA": str(data.absolute())}
    if upstream := upstream_proxy(os.environ):
        own[UPSTREAM] = upstream
    variables = client_environment(info.addresses, default_session(data), info.region)
    return {**variables, **own}


def default_session(data: Path) -> Credential:
    """The keys that the server keeps in `<data>/credentials.json` (see `baseplate.sessions`)."""
    keys = json.loads((data / "credentials.json").read_text())
    return Credential(
        access_key=keys["AccessKeyId"],
        secret=keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
        account=keys["Account"],
        principal=keys["Principal"],
        expires=0,
    )
