"""Passwords by which git reaches CodeCommit, as `aws codecommit credential-helper` makes them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

MOMENT = "%Y%m%dT%H%M%S"


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
