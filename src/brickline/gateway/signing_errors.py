"""How services refuse a request whose signature is missing or not good: each protocol has its own codes."""

from __future__ import annotations

from dataclasses import dataclass

from brickline.baseplate import clock
from brickline.baseplate.errors import Refused

_FORBIDDEN = 403
_NO_KEY = "The security token included in the request is invalid."
_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True)
class Wording:
    """The error codes of a family of services."""

    is_s3: bool
    no_key: str
    no_token: str
    expired: str
    signature: str
    skew: str
    incomplete: str
    malformed_code: str

    def missing(self) -> Refused:
        """The request is not signed at all."""
        message = "Access Denied" if self.is_s3 else "Missing Authentication Token: the request is not signed"
        return Refused(self.incomplete, message, _FORBIDDEN)

    def unknown_key(self, access_key: str) -> Refused:
        if self.is_s3:
            message = "The AWS Access Key Id you provided does not exist in our records."
            return Refused(self.no_key, message, _FORBIDDEN, AWSAccessKeyId=access_key)
        return Refused(self.no_key, f"{_NO_KEY} (access key {access_key})", _FORBIDDEN)

    def wrong_token(self) -> Refused:
        if self.is_s3:
            return Refused(self.no_token, "The provided token is malformed or otherwise invalid.")
        return Refused(self.no_token, _NO_KEY, _FORBIDDEN)

    def expired_token(self) -> Refused:
        if self.is_s3:
            return Refused(self.expired, "The provided token has expired.")
        return Refused(self.expired, "The security token included in the request is expired", _FORBIDDEN)

    def wrong_signature(self, string_to_sign: str) -> Refused:
        members = {"StringToSign": string_to_sign} if self.is_s3 else {}
        return Refused(self.signature, _WRONG_SIGNATURE, _FORBIDDEN, **members)

    def skewed(self, date: str, now: float) -> Refused:
        if self.is_s3:
            message = "The difference between the request time and the current time is too large."
            return Refused(self.skew, message, _FORBIDDEN, RequestTime=date, ServerTime=clock.iso(now))
        message = f"Signature expired or not yet current: {date} is not within 15 minutes of {clock.iso(now)}"
        return Refused(self.skew, message, _FORBIDDEN)

    def expired_request(self, date: str, expires: str) -> Refused:
        """A presigned URL after its time."""
        if self.is_s3:
            return Refused("AccessDenied", "Request has expired", _FORBIDDEN, Expires=expires)
        return Refused(self.skew, f"Signature expired: {date} with {expires} seconds is over", _FORBIDDEN)

    def malformed(self, message: str) -> Refused:
        return Refused(self.malformed_code, message, 400 if self.is_s3 else _FORBIDDEN)


_S3 = Wording(
    is_s3=True,
    no_key="InvalidAccessKeyId",
    no_token="InvalidToken",  # noqa: S106
    expired="ExpiredToken",
    signature="SignatureDoesNotMatch",
    skew="RequestTimeTooSkewed",
    incomplete="AccessDenied",
    malformed_code="AuthorizationHeaderMalformed",
)
_QUERY = Wording(
    is_s3=False,
    no_key="InvalidClientTokenId",
    no_token="InvalidClientTokenId",  # noqa: S106
    expired="ExpiredToken",
    signature="SignatureDoesNotMatch",
    skew="SignatureDoesNotMatch",
    incomplete="MissingAuthenticationToken",
    malformed_code="IncompleteSignature",
)
_JSON = Wording(
    is_s3=False,
    no_key="UnrecognizedClientException",
    no_token="UnrecognizedClientException",  # noqa: S106
    expired="ExpiredTokenException",
    signature="InvalidSignatureException",
    skew="InvalidSignatureException",
    incomplete="MissingAuthenticationTokenException",
    malformed_code="IncompleteSignatureException",
)


def wording(protocol: str) -> Wording:
    """How the services of a protocol speak."""
    return {"rest-xml": _S3, "query": _QUERY}.get(protocol, _JSON)
