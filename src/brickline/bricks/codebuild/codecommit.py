"""Repositories of CodeCommit: where git reaches them, and as whom."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.git_access import git_password

_SESSION_SECONDS = 3600.0


def address(context: Context, location: str) -> tuple[str, Mapping[str, str]]:
    """The URL of a repository at this server, and git's settings with a session of the context's principal for it."""
    path = urlsplit(location).path
    url = context.baseplate.addresses.endpoint_url + path
    credential = context.baseplate.credentials.issue(
        context.account, context.principal, _SESSION_SECONDS, context.cause
    )
    host = urlsplit(url).hostname or ""
    password = git_password(credential.secret, context.region, host, path, clock.now())
    user = f"{credential.access_key}%{credential.session_token}"
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    return url, {"http.extraHeader": f"Authorization: Basic {basic}"}
