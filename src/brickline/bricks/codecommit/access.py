"""Who a git client is: Basic authentication with an access key of this server, in the forms that AWS's helpers make."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from urllib.parse import unquote

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.credentials import Credential
from brickline.baseplate.git_access import MOMENT, git_password
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import PageRequest

_VALID_SECONDS = 15 * 60
_HOST = "git-codecommit."


class Access:
    """Checks passwords; gives the context in which a git client acts."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._settings = baseplate.settings

    def context(self, request: PageRequest) -> Context | None:
        """None where the client is not known. Without checks of signatures everybody is the default account's."""
        region = _region(request) or self._settings.region
        user, password = _basic(request.headers.get("authorization"))
        credential = self._credential(user)
        if credential is not None and self._is_right(credential, password, request, region):
            return self._baseplate.context(credential.account, region, credential.principal, cause=credential.cause)
        return None if self._settings.verify_signatures else self._baseplate.context(region=region)

    def _credential(self, user: str) -> Credential | None:
        """The user is an access key, with its session token behind a % where it is a session's."""
        access_key, _, token = user.partition("%")
        found = self._baseplate.credentials.find(access_key) if access_key else None
        if found is None or not found.active or found.is_expired:
            return None
        return found if hmac.compare_digest(found.session_token, unquote(token)) else None

    def _is_right(self, credential: Credential, password: str, request: PageRequest, region: str) -> bool:
        """A signature, or the secret itself, as the helper that `brickline env` sets up sends it over loopback."""
        if hmac.compare_digest(credential.secret.encode(), password.encode()):
            return True
        moment = _moment(password)
        if moment is None or abs(clock.now() - moment) > _VALID_SECONDS:
            return False
        host = request.headers.get("host")
        path = request.path.split("/info/")[0].removesuffix("/git-upload-pack").removesuffix("/git-receive-pack")
        wanted = (
            git_password(credential.secret, region, name, signed, moment)
            for name in (host, host.rsplit(":", 1)[0])
            for signed in (path, path.removesuffix(".git"))
        )
        return any(hmac.compare_digest(one.encode(), password.encode()) for one in wanted)


def _basic(header: str) -> tuple[str, str]:
    kind, _, text = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote(user) if "%25" in user else user, password


def _moment(password: str) -> float | None:
    try:
        return datetime.strptime(password.partition("Z")[0], MOMENT).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _region(request: PageRequest) -> str:
    """Of `git-codecommit.<region>.amazonaws.com`; "" at other hosts."""
    host = request.headers.get("host")
    return host.removeprefix(_HOST).split(".")[0] if host.startswith(_HOST) else ""
