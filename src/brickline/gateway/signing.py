"""Signature checks: AWS Signature Version 4 (header, presigned query) and S3's presigned URLs of version 2."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from brickline.baseplate import clock
from brickline.baseplate.credentials import Credential
from brickline.gateway import signing_errors as errors
from brickline.gateway.authorization import Authorization
from brickline.gateway.http import HttpRequest
from brickline.gateway.routing import s3_path

FindCredential = Callable[[str], Credential | None]

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
_SKEW = 15 * 60
_LONGEST_EXPIRY = 7 * 86400
_SPACES = re.compile(r" +")

_V2_SUBRESOURCES = frozenset(
    [
        "acl",
        "cors",
        "delete",
        "lifecycle",
        "location",
        "logging",
        "notification",
        "partNumber",
        "policy",
        "requestPayment",
        "restore",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
    ]
)


def verify(
    request: HttpRequest, signed: Authorization, credential: Credential | None, says: errors.Wording
) -> bytes | None:
    """Raises Refused, in the service's own words, where the signature or the session is not good.

    Gives the signing key of version 4, by which the chunks of a streamed body are checked; None for version 2.
    """
    credential = check_session(signed, credential, says)
    if signed.form in ("query-v2", "header-v2"):
        _verify_v2(request, signed, credential, says)
        return None
    return _verify_v4(request, signed, credential.secret, says)


def check_session(signed: Authorization, credential: Credential | None, says: errors.Wording) -> Credential:
    """The key's credential; raises Refused where there is none, or where its session is over or another's."""
    if credential is None or not credential.active:
        raise says.unknown_key(signed.access_key)
    if credential.session_token and signed.session_token != credential.session_token:
        raise says.wrong_token()
    if credential.is_expired:
        raise says.expired_token()
    return credential


def payload_hash(request: HttpRequest, signed: Authorization) -> str:
    """What stands for the payload in the canonical request: what the client declared, else the body's own hash."""
    declared = request.headers.get("x-amz-content-sha256")
    if declared:
        return declared
    if signed.form == "query" and signed.service == "s3":
        return UNSIGNED
    return hashlib.sha256(request.content).hexdigest()


def amz_date(request: HttpRequest, signed: Authorization) -> str:
    """The moment of signing, as `20260102T030405Z`."""
    if signed.form == "query":
        return request.parameter.get("X-Amz-Date", "")
    date = request.headers.get("x-amz-date")
    if date or not request.headers.get("date"):
        return date
    return parsedate_to_datetime(request.headers.get("date")).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def seconds_of(date: str) -> float:
    """Epoch seconds of an X-Amz-Date. Raises ValueError."""
    return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def string_to_sign(date: str, scope: str, canonical: str) -> str:
    return "\n".join((ALGORITHM, date, scope, hashlib.sha256(canonical.encode()).hexdigest()))


def canonical_request(request: HttpRequest, signed: Authorization, path: str, payload: str) -> str:
    """The text of a request that is signed, with the path as the caller encodes it."""
    headers = "".join(f"{name}:{_header_value(request, name)}\n" for name in signed.signed_headers)
    names = ";".join(signed.signed_headers)
    return "\n".join((request.method, path, _canonical_query(request, signed.form), headers, names, payload))


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of a day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = sign(key, part)
    return key


def sign(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _verify_v4(request: HttpRequest, signed: Authorization, secret: str, says: errors.Wording) -> bytes:
    date = amz_date(request, signed)
    _check_time(request, signed, date, says)
    if "host" not in signed.signed_headers:
        raise says.malformed("'Host' must be a 'SignedHeader' in the Authorization")
    key = signing_key(secret, signed.date, signed.region, signed.service)
    payload = payload_hash(request, signed)
    for path in _canonical_paths(request.path, signed.service):
        text = string_to_sign(date, signed.scope, canonical_request(request, signed, path, payload))
        if hmac.compare_digest(sign(key, text).hex(), signed.signature):
            return key
    raise says.wrong_signature(text)


def _check_time(request: HttpRequest, signed: Authorization, date: str, says: errors.Wording) -> None:
    try:
        moment = seconds_of(date)
    except ValueError:
        raise says.malformed("the request has no valid X-Amz-Date (or Date), such as 20260102T030405Z") from None
    if not date.startswith(signed.date):
        raise says.malformed(f"the date in the credential scope, {signed.date}, is not that of {date}")
    now = clock.now()
    if signed.form == "query":
        expires = request.parameter["X-Amz-Expires"]
        if not expires.isdigit() or int(expires) > _LONGEST_EXPIRY:
            raise says.malformed("X-Amz-Expires must be a number of seconds, of a week (604800) at most")
        if now > moment + int(expires):
            raise says.expired_request(date, expires)
        if moment > now + _SKEW:
            raise says.skewed(date, now)
    elif abs(now - moment) > _SKEW:
        raise says.skewed(date, now)


def _canonical_paths(path: str, service: str) -> Iterable[str]:
    """The encodings that a client may have signed: S3's path is encoded once, the others' a second time."""
    if service == "s3":
        yield path or "/"
        yield quote(unquote(path), safe="/-_.~")
    else:
        yield quote(_without_dots(path), safe="/~")
        yield path or "/"


def _without_dots(path: str) -> str:
    if "//" not in path and "/." not in path:
        return path or "/"
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part and part != ".":
            kept.append(part)
    return "/" + "/".join(kept) + ("/" if path.endswith("/") and kept else "")


def _canonical_query(request: HttpRequest, form: str) -> str:
    pairs = []
    for piece in request.query.split("&"):
        name, _, value = piece.partition("=")
        if piece and not (form == "query" and name == "X-Amz-Signature"):
            pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _header_value(request: HttpRequest, name: str) -> str:
    """Clients sign the bytes that they send; here they are characters of Latin-1."""
    value = request.headers.get(name).encode("latin-1", "replace").decode("utf-8", "replace")
    return _SPACES.sub(" ", value.strip())


def _verify_v2(request: HttpRequest, signed: Authorization, credential: Credential, says: errors.Wording) -> None:
    expires = request.parameter.get("Expires", "")
    if signed.form == "query-v2":
        if not expires.isdigit():
            raise says.malformed("Expires must be a number of epoch seconds")
        if clock.now() > int(expires):
            raise says.expired_request("", expires)
    text = _string_to_sign_v2(request, signed, expires)
    wanted = base64.b64encode(hmac.digest(credential.secret.encode(), text.encode(), hashlib.sha1)).decode()
    if not hmac.compare_digest(wanted, signed.signature):
        raise says.wrong_signature(text)


def _string_to_sign_v2(request: HttpRequest, signed: Authorization, expires: str) -> str:
    headers = request.headers
    moment = expires if signed.form == "query-v2" else "" if "x-amz-date" in headers else headers.get("date")
    amz = {name: _header_value(request, name) for name, _ in headers if name.startswith("x-amz-")}
    if signed.form == "query-v2":
        amz |= {name.lower(): value for name, value in request.parameters if name.lower().startswith("x-amz-")}
    amz_lines = "".join(f"{name}:{amz[name]}\n" for name in sorted(amz))
    pairs = sorted(pair for pair in request.parameters if pair[0] in _V2_SUBRESOURCES)
    subresources = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    resource = s3_path(request) + (f"?{subresources}" if subresources else "")
    start = (request.method, headers.get("content-md5"), headers.get("content-type"), moment)
    return "\n".join(start) + "\n" + amz_lines + resource
