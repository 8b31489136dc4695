"""The session that `brickline env`, `exec` and `connect()` give out: an assumed role, as on a SageMaker notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path

from brickline.baseplate import clock
from brickline.baseplate.credentials import Credential, Credentials

ROLE = "SageMakerExecutionRole"
"""The role of notebooks and jobs; the IAM brick has it from the start, with the other roles of an MLOps set-up."""

_LIFETIME = 365 * 86400.0


def role_session_arn(account: str, role: str, session: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"


def keep_session(credentials: Credentials, account: str, file: Path) -> None:
    """Make sure that `file` holds keys of the default session that are good for another month at least."""
    known = _read(file)
    found = credentials.find(known["AccessKeyId"]) if known else None
    if found and found.account == account and found.expires > clock.now() + 30 * 86400:
        return
    _write(file, credentials.issue(account, role_session_arn(account, ROLE, "brickline"), _LIFETIME))


def _read(file: Path) -> dict[str, str] | None:
    try:
        known: dict[str, str] = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return known if "AccessKeyId" in known else None


def _write(file: Path, credential: Credential) -> None:
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(
            {
                "AccessKeyId": credential.access_key,
                "SecretAccessKey": credential.secret,
                "SessionToken": credential.session_token,
                "Account": credential.account,
                "Principal": credential.principal,
            },
            stream,
        )
    draft.replace(file)
