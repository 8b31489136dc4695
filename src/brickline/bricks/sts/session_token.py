"""GetSessionToken, and how credentials are shown."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.credentials import Credential
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

_DEFAULT = 43_200
_MOST_FOR_ROOT = 3600


def described_credentials(credential: Credential) -> Shape:
    return {
        "AccessKeyId": credential.access_key,
        "SecretAccessKey": credential.secret,
        "SessionToken": credential.session_token,
        "Expiration": credential.expires,
    }


class SessionToken:
    """Temporary keys of the user who calls, or of the account's root."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._credentials = baseplate.credentials

    def get_session_token(self, context: Context, request: Shape) -> Shape:
        if context.access_key.startswith("ASIA"):
            raise Refused("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
        duration = request.get("DurationSeconds", _DEFAULT)
        if context.principal.endswith(":root"):
            duration = min(duration, _MOST_FOR_ROOT)
        issued = self._credentials.issue(context.account, context.principal, duration, context.cause)
        return {"Credentials": described_credentials(issued)}
