"""Repositories of CodeCommit: where git reaches them, and as whom."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.credentials import Credential

_SESSION_SECONDS = 3600.0


def address(context: Context, location: str) -> tuple[str, Mapping[str, str]]:
    """The URL of a repository at this server, and git's settings with a session of the context's principal for it."""
    path = urlsplit(location).path
    url = context.baseplate.addresses.endpoint_url + path
    credential = context.baseplate.credentials.issue(
        context.account, context.principal, _SESSION_SECONDS, context.cause
    )
    host = urlsplit(url).hostname or ""
    password = git_password(credential, context.region, host, path, clock.now())
    user = f"{credential.access_key}%{credential.session_token}"
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    # This server itself is reached without a proxy.
    return url, {"http.extraHeader": f"Authorization: Basic {basic}", "http.proxy": ""}


def git_password(credential: Credential, region: str, host: str, path: str, now: float) -> str:
    """As `aws codecommit credential-helper` makes it: Signature Version 4 of a request with the method GIT. Pure."""
    moment = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}"
    scope = (moment[:8], region, "codecommit", "aws4_request")
    canonical = f"GIT\n{path}\n\nhost:{host}\n\nhost\n"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{'/'.join(scope)}\n{digest}"
    key = f"AWS4{credential.secret}".encode()
    for part in (*scope, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return f"{moment}Z{key.hex()}"
