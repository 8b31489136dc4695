"""S3's uploads from a form (`generate_presigned_post`): a signed policy, fields, and the file as the last part."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from brickline.baseplate import clock
from brickline.baseplate.credentials import Credential
from brickline.baseplate.errors import Refused
from brickline.gateway import signing
from brickline.gateway.authorization import Authorization, from_credential
from brickline.gateway.http import Headers, HttpRequest, HttpResponse
from brickline.gateway.multipart import FilePart, read_parts
from brickline.gateway.routing import s3_path
from brickline.gateway.signing_errors import Wording
from brickline.gateway.xml_text import DECLARATION, escape

_KEPT = re.compile(r"x-amz-(?!algorithm|credential|date|signature|security-token).+|cache-control|expires|content-.+")
_NOT_IN_POLICY = frozenset({"awsaccesskeyid", "signature", "policy", "file", "x-amz-signature"})


@dataclass(frozen=True)
class PostForm:
    """A form: its fields by lower-cased names (`key` with the file's name filled in) and the file."""

    bucket: str
    fields: Mapping[str, str]
    file: FilePart

    @property
    def signed(self) -> Authorization | None:
        """Who signed the policy."""
        token = self.fields.get("x-amz-security-token", "")
        if credential := self.fields.get("x-amz-credential"):
            return from_credential("query", credential, "host", self.fields.get("x-amz-signature", ""), token)
        if access_key := self.fields.get("awsaccesskeyid"):
            signature = self.fields.get("signature", "")
            return Authorization("query-v2", access_key, signature, service="s3", session_token=token)
        return None

    def as_put(self) -> HttpRequest:
        """The same upload as PutObject."""
        headers = Headers((name, value) for name, value in self.fields.items() if _KEPT.fullmatch(name))
        return HttpRequest("PUT", f"/{self.bucket}/{quote(self.fields['key'])}", "", headers, self.file)

    def answer(self, put: HttpResponse, host: str) -> HttpResponse:
        """What the form asks for: 204, or 200, 201 with a document, or another page."""
        headers = [header for header in put.headers if header[0].lower() != "content-length"]
        location = f"http://{host}/{self.bucket}/{quote(self.fields['key'])}"
        if redirect := self.fields.get("success_action_redirect"):
            return HttpResponse(303, [*headers, ("Location", redirect)])
        status = self.fields.get("success_action_status")
        if status != "201":
            return HttpResponse(200 if status == "200" else 204, [*headers, ("Location", location)])
        etag = next((value for name, value in headers if name.lower() == "etag"), "")
        values = {"Location": location, "Bucket": self.bucket, "Key": self.fields["key"], "ETag": etag}
        members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
        body = f"{DECLARATION}<PostResponse>{members}</PostResponse>".encode()
        return HttpResponse(201, [*headers, ("Location", location), ("Content-Type", "application/xml")], body)


def is_post_form(request: HttpRequest) -> bool:
    return request.method == "POST" and request.content_type == "multipart/form-data"


def read_form(request: HttpRequest) -> PostForm:
    """Read the fields; the file is still to be read. Raises Refused where the form is not one."""
    fields, file = read_parts(request.headers.get("content-type"), request.body)
    bucket, _, rest = s3_path(request)[1:].partition("/")
    if "key" not in fields or not bucket or rest:
        raise Refused("InvalidArgument", "Bucket POST must contain a field named 'key', and go to the bucket alone")
    return PostForm(bucket, {**fields, "key": fields["key"].replace("${filename}", file.filename)}, file)


def verify(form: PostForm, signed: Authorization, credential: Credential | None, says: Wording) -> None:
    """Raises Refused where the policy is not signed by its key, is over, or does not allow this form."""
    known = signing.check_session(signed, credential, says)
    policy = form.fields.get("policy", "")
    if not hmac.compare_digest(_signature(policy, signed, known.secret), signed.signature):
        raise says.wrong_signature(policy)
    try:
        document = json.loads(base64.b64decode(policy))
        expires = datetime.fromisoformat(document["expiration"]).timestamp()
        conditions = document["conditions"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("InvalidPolicyDocument", f"Invalid Policy: {error}") from None
    if clock.now() > expires:
        raise Refused("AccessDenied", "Invalid according to Policy: Policy expired.", 403)
    _check_conditions(form, conditions)


def _signature(policy: str, signed: Authorization, secret: str) -> str:
    if signed.form == "query-v2":
        return base64.b64encode(hmac.digest(secret.encode(), policy.encode(), hashlib.sha1)).decode()
    key = signing.signing_key(secret, signed.date, signed.region, signed.service)
    return signing.sign(key, policy).hex()


def _check_conditions(form: PostForm, conditions: list[Any]) -> None:
    named = set()
    for condition in conditions:
        for kind, name, value in _rules(condition):
            if kind == "content-length-range":
                form.file.bounds = (int(name), int(value))
                continue
            field = name.lstrip("$").lower()
            named.add(field)
            given = form.bucket if field == "bucket" else form.fields.get(field, "")
            if not (given.startswith(value) if kind == "starts-with" else given == value):
                raise _denied(f'["{kind}", "${field}", "{value}"]')
    extra = form.fields.keys() - named - _NOT_IN_POLICY
    if unnamed := sorted(name for name in extra if not name.startswith("x-ignore-")):
        raise Refused("AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(unnamed)}", 403)


def _rules(condition: Any) -> list[tuple[str, str, str]]:
    """A condition as kind, name and value: `{"acl": "private"}` is ["eq", "$acl", "private"]."""
    if isinstance(condition, dict):
        return [("eq", name, str(value)) for name, value in condition.items()]
    kind, name, value = condition
    return [(str(kind).lower(), str(name), str(value))]


def _denied(condition: str) -> Refused:
    return Refused("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {condition}", 403)
