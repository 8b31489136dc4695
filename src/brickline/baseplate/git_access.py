"""How git reaches CodeCommit: the URLs, and passwords as `aws codecommit credential-helper` makes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from brickline.baseplate import clock
from brickline.baseplate.brick import Context

MOMENT = "%Y%m%dT%H%M%S"

_SESSION_SECONDS = 3600.0


def git_password(secret: str, region: str, host: str, path: str, now: float) -> str:
    """Signature Version 4 of a request with the method GIT; `now` in epoch seconds. Pure."""
    moment = f"{datetime.fromtimestamp(now, UTC):{MOMENT}}"
    scope = (moment[:8], region, "codecommit", "aws4_request")
    canonical = f"GIT\n{path}\n\nhost:{host}\n\nhost\n"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{'/'.join(scope)}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return f"{moment}Z{key.hex()}"


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
    # This server itself is reached without a proxy.
    return url, {"http.extraHeader": f"Authorization: Basic {basic}", "http.proxy": ""}
