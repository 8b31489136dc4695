"""What users sign in with: access keys, and passwords for git on CodeCommit."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.kinds import new_id
from brickline.bricks.iam.pages import page
from brickline.bricks.iam.refusals import limit_exceeded, missing
from brickline.bricks.iam.users import calling_user

_MOST = 2
"""Access keys, and credentials per service, that a user can have."""
_CODECOMMIT = "codecommit.amazonaws.com"


class UserKeys:
    """A secret is in the answer that creates it and in no other."""

    def __init__(self, baseplate: Baseplate, identities: Identities) -> None:
        self._credentials = baseplate.credentials
        self._identities = identities

    def create_access_key(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            keys = user.private.setdefault("keys", {})
            if len(keys) == _MOST:
                raise limit_exceeded(f"Cannot exceed quota for AccessKeysPerUser: {_MOST}")
            issued = self._credentials.issue(context.account, user.arn)
            key = {"AccessKeyId": issued.access_key, "Status": "Active", "CreateDate": clock.now()}
            keys[issued.access_key] = {"UserName": user.name, **key}
        return {"AccessKey": {**keys[issued.access_key], "SecretAccessKey": issued.secret}}

    def list_access_keys(self, context: Context, request: Shape) -> Shape:
        user = self._user(context, request)
        return page(list(user.private.get("keys", {}).values()), request, "AccessKeyMetadata")

    def update_access_key(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            _entry(user, "keys", request["AccessKeyId"], "Access Key")["Status"] = request["Status"]
            self._credentials.set_active(request["AccessKeyId"], request["Status"] == "Active")
        return {}

    def delete_access_key(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            _entry(user, "keys", request["AccessKeyId"], "Access Key")
            del user.private["keys"][request["AccessKeyId"]]
            self._credentials.revoke(request["AccessKeyId"])
        return {}

    def create_service_specific_credential(self, context: Context, request: Shape) -> Shape:
        if request["ServiceName"] != _CODECOMMIT:
            message = (
                f"ServiceName: {request['ServiceName']} is not a service for which there are such credentials here"
            )
            raise Refused("NotSupportedService", f"{message}; {_CODECOMMIT} is", 404)
        with self._changed_user(context, request) as user:
            known = user.private.setdefault("service_credentials", {})
            if len(known) == _MOST:
                raise limit_exceeded(f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_MOST}")
            credential = {
                "ServiceSpecificCredentialId": new_id("ACCA"),
                "UserName": user.name,
                "ServiceName": _CODECOMMIT,
                "ServiceUserName": f"{user.name}-at-{context.account}" + (f"+{len(known)}" if known else ""),
                "ServicePassword": secrets.token_urlsafe(32),
                "CreateDate": clock.now(),
                "Status": "Active",
            }
            known[credential["ServiceSpecificCredentialId"]] = credential
        return {"ServiceSpecificCredential": credential}

    def list_service_specific_credentials(self, context: Context, request: Shape) -> Shape:
        known = self._user(context, request).private.get("service_credentials", {}).values()
        wanted = request.get("ServiceName", _CODECOMMIT)
        shown = [_without_password(credential) for credential in known if credential["ServiceName"] == wanted]
        return page(shown, request, "ServiceSpecificCredentials")

    def reset_service_specific_credential(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            credential = self._service_credential(user, request)
            credential["ServicePassword"] = secrets.token_urlsafe(32)
        return {"ServiceSpecificCredential": credential}

    def update_service_specific_credential(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            self._service_credential(user, request)["Status"] = request["Status"]
        return {}

    def delete_service_specific_credential(self, context: Context, request: Shape) -> Shape:
        with self._changed_user(context, request) as user:
            self._service_credential(user, request)
            del user.private["service_credentials"][request["ServiceSpecificCredentialId"]]
        return {}

    def _service_credential(self, user: Resource, request: Shape) -> Shape:
        return _entry(
            user, "service_credentials", request["ServiceSpecificCredentialId"], "Service Specific Credential"
        )

    def _user(self, context: Context, request: Shape) -> Resource:
        return self._identities.get(context, "User", request.get("UserName") or calling_user(context))

    @contextmanager
    def _changed_user(self, context: Context, request: Shape) -> Iterator[Resource]:
        with self._identities.change(context, "User", request.get("UserName") or calling_user(context)) as user:
            yield user


def _entry(user: Resource, member: str, key: str, what: str) -> Shape:
    entry: Shape | None = user.private.get(member, {}).get(key)
    if entry is None:
        raise missing(f"The {what} with id {key} cannot be found.")
    return entry


def _without_password(credential: Shape) -> Shape:
    return {member: value for member, value in credential.items() if member != "ServicePassword"}
