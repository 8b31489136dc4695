"""Who a request says it is from, and how that is signed: SigV4 in a header or the query, SigV2 in presigned URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from brickline.gateway.http import HttpRequest

Form = Literal["header", "query", "query-v2", "header-v2"]

_FIELD = re.compile(r"(Credential|SignedHeaders|Signature)\s*=\s*([^,\s]+)")


class Malformed(ValueError):
    """The authorization cannot be read."""


@dataclass(frozen=True)
class Authorization:
    """A signature and what it is made over. SigV2 has no scope: `date`, `region` and `service` are empty."""

    form: Form
    access_key: str
    signature: str
    date: str = ""
    region: str = ""
    service: str = ""
    signed_headers: tuple[str, ...] = ()
    session_token: str = ""

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def authorization(request: HttpRequest) -> Authorization | None:
    """What the request is signed with; None where it is not signed. Raises Malformed."""
    header = request.headers.get("authorization")
    if header.startswith("AWS4-HMAC-SHA256"):
        return _from_header(header, request.headers.get("x-amz-security-token"))
    if header.startswith("AWS "):
        access_key, _, signature = header[4:].strip().partition(":")
        return Authorization(
            "header-v2", access_key, signature, service="s3", session_token=request.headers.get("x-amz-security-token")
        )
    if "X-Amz-Signature=" in request.query:
        return _from_query(request)
    if "AWSAccessKeyId=" in request.query:
        values = request.parameter
        return Authorization(
            "query-v2",
            values["AWSAccessKeyId"],
            values.get("Signature", ""),
            service="s3",
            session_token=values.get("x-amz-security-token", ""),
        )
    return None


def _from_header(header: str, session_token: str) -> Authorization:
    fields = dict(_FIELD.findall(header))
    missing = {"Credential", "SignedHeaders", "Signature"} - fields.keys()
    if missing:
        raise Malformed(f"Authorization header requires '{min(missing)}' parameter. Authorization={header}")
    return from_credential("header", fields["Credential"], fields["SignedHeaders"], fields["Signature"], session_token)


def _from_query(request: HttpRequest) -> Authorization:
    values = request.parameter
    missing = {"X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires"} - values.keys()
    if missing:
        raise Malformed(f"Query-string authentication version 4 requires the {min(missing)} parameter")
    return from_credential(
        "query",
        values["X-Amz-Credential"],
        values["X-Amz-SignedHeaders"],
        values["X-Amz-Signature"],
        values.get("X-Amz-Security-Token", ""),
    )


def from_credential(
    form: Form, credential: str, signed_headers: str, signature: str, session_token: str
) -> Authorization:
    """A signature whose scope is in its credential, `<key>/<date>/<region>/<service>/aws4_request`."""
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise Malformed(
            f"Credential must be of the form <key>/<date>/<region>/<service>/aws4_request, not {credential}"
        )
    access_key, date, region, service, _ = parts
    names = tuple(name.lower() for name in signed_headers.split(";"))
    return Authorization(form, access_key, signature, date, region, service, names, session_token)
