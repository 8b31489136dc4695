"""Credentials for Git hosts: one for each kind of host, used when a repository of such a host is cloned."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind
from brickline.baseplate.resources import Resources
from brickline.bricks.codebuild.kinds import invalid

SOURCE_CREDENTIALS = Kind(
    service="codebuild",
    name="source-credentials",
    name_member="serverType",
    arn_member="arn",
    arn="token/{name}",
    missing=("ResourceNotFoundException", "Source credentials cannot be found: {arn}"),
    taken=("ResourceAlreadyExistsException", "Access token with server type {name} already exists"),
    created_member="created",
)

_BY_TOKEN = ("PERSONAL_ACCESS_TOKEN", "BASIC_AUTH", "OAUTH")
_USER = "x-access-token"
"""Hosts take a token as the password of whatever user there is."""


class SourceCredentials:
    """Import, list and delete source credentials."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._credentials = Resources(baseplate, SOURCE_CREDENTIALS)

    def import_source_credentials(self, context: Context, request: Shape) -> Shape:
        if request["authType"] not in _BY_TOKEN:
            raise invalid(f"authType: {request['authType']} needs a service that is not here; use one of {_BY_TOKEN}")
        if request["authType"] == "BASIC_AUTH" and not request.get("username"):
            raise invalid("username: it is needed for authType BASIC_AUTH")
        with self._store.write():
            known = self._credentials.find(context, request["serverType"])
            if known and request.get("shouldOverwrite", True):
                self._credentials.delete(known)
            secret = {"username": request.get("username", _USER), "token": request["token"]}
            document = {"authType": request["authType"]}
            return {"arn": self._credentials.create(context, request["serverType"], document, private=secret).arn}

    def list_source_credentials(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        return {"sourceCredentialsInfos": [one.document for one in self._credentials.all(context)]}

    def delete_source_credentials(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            name = request["arn"].rsplit("/", 1)[-1].upper()
            self._credentials.delete(self._credentials.get(context, name))
        return {"arn": request["arn"]}


def git_settings(context: Context, source_type: str, url: str) -> Mapping[str, str]:
    """Git's settings with the credentials for a kind of host, for this URL's host only; none where there are none."""
    found = Resources(context.baseplate, SOURCE_CREDENTIALS).find(context, source_type)
    if found is None or not url.startswith("https://"):
        return {}
    host = "/".join(url.split("/")[:3])
    basic = base64.b64encode(f"{found.private['username']}:{found.private['token']}".encode()).decode()
    return {f"http.{host}/.extraHeader": f"Authorization: Basic {basic}"}
