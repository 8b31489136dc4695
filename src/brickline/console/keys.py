"""The console's secret and the link that signs in with it. Standard library only: the command line uses it too."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

_FILE = "console.key"


class Key:
    """Signs what the browser carries. Who has the data folder has the key."""

    def __init__(self, secret: str) -> None:
        self.token = secret

    def is_token(self, given: str) -> bool:
        return hmac.compare_digest(self.token.encode(), given.encode())

    def sign(self, purpose: str, text: str) -> str:
        return hmac.new(self.token.encode(), f"{purpose}\n{text}".encode(), sha256).hexdigest()

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())


def key(data: Path) -> Key:
    """The key of a data folder, made when it is first asked for."""
    file = data / _FILE
    try:
        secret = file.read_text().strip()
    except FileNotFoundError:
        secret = ""
    return Key(secret or _make(file))


def link(data: Path, endpoint_url: str) -> str:
    """The address that opens the console signed in."""
    return f"{endpoint_url}/console/login?token={key(data).token}"


def _make(file: Path) -> str:
    """Linked into its place complete, so that two that ask at once get the same one."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(24))
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text().strip()
