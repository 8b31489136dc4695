"""Values of parameters and secrets that variables refer to: from whichever service is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codebuild.buildspec import Buildspec

_SESSION_SECONDS = 900.0
_NO_SERVICE = "there is no such service here: give the variable a plain value, or name one with --fallback"


class ValueMissing(Exception):
    """A value cannot be had; `code` and the message are the phase's context."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fetch_values(context: Context, document: Shape, buildspec: Buildspec) -> dict[str, str]:
    """Variable -> value, for every variable that names a parameter or a secret. Raises ValueMissing."""
    parameters, secrets = dict(buildspec.parameters), dict(buildspec.secrets)
    for variable in document["environment"].get("environmentVariables") or ():
        if variable.get("type") == "PARAMETER_STORE":
            parameters[variable["name"]] = variable["value"]
        elif variable.get("type") == "SECRETS_MANAGER":
            secrets[variable["name"]] = variable["value"]
    found = {name: _parameter(context, place) for name, place in parameters.items()}
    return found | {name: _secret(context, place) for name, place in secrets.items()}


def secret_place(text: str) -> tuple[Shape, str]:
    """`secret-id[:json-key[:version-stage[:version-id]]]` as a request and a key; the id may be an ARN. Pure."""
    parts = text.split(":")
    split_at = 7 if text.startswith("arn:") else 1
    secret, rest = ":".join(parts[:split_at]), [*parts[split_at:], "", "", ""]
    request: Shape = {"SecretId": secret}
    if rest[1]:
        request["VersionStage"] = rest[1]
    if rest[2]:
        request["VersionId"] = rest[2]
    return request, rest[0]


def _parameter(context: Context, name: str) -> str:
    answer = _call(
        context,
        "ssm",
        "GetParameter",
        {"Name": name, "WithDecryption": True},
        lambda why: ValueMissing("CLIENT_ERROR", f"Parameter Store request error: {name}: {why}"),
    )
    return str(answer["Parameter"]["Value"])


def _secret(context: Context, text: str) -> str:
    request, key = secret_place(text)

    def missing(why: str) -> ValueMissing:
        return ValueMissing("Secrets Manager Error Message", f"{request['SecretId']}: {why}")

    value = str(_call(context, "secretsmanager", "GetSecretValue", request, missing)["SecretString"])
    if not key:
        return value
    try:
        found = json.loads(value)[key]
    except (ValueError, KeyError, TypeError):
        raise missing(f"the secret has no key {key!r}") from None
    return found if isinstance(found, str) else json.dumps(found)


def _call(
    context: Context, service: str, operation: str, request: Shape, missing: Callable[[str], ValueMissing]
) -> Shape:
    try:
        return context.call(service, operation, **request)
    except Refused as refused:
        if refused.code != "NotImplemented":
            raise missing(f"{refused.code}: {refused.message}") from None
    if not context.baseplate.settings.fallback:
        raise missing(f"{service}: {_NO_SERVICE}")
    try:
        return _over_the_wire(context, service, operation, request)
    except (BotoCoreError, ClientError) as error:
        raise missing(str(error)) from None


def _over_the_wire(context: Context, service: str, operation: str, request: Shape) -> Shape:
    """As any client calls: the gateway passes on what is not here to the fallback endpoint."""
    baseplate = context.baseplate
    credential = baseplate.credentials.issue(context.account, context.principal, _SESSION_SECONDS, context.cause)
    client: Any = botocore.session.get_session().create_client(
        service,
        region_name=context.region,
        endpoint_url=baseplate.addresses.endpoint_url,
        aws_access_key_id=credential.access_key,
        aws_secret_access_key=credential.secret,
        aws_session_token=credential.session_token,
        config=Config(connect_timeout=10, read_timeout=30, retries={"max_attempts": 1}, proxies={}),
    )
    try:
        answer: Shape = client._make_api_call(operation, request)
    finally:
        client.close()
        baseplate.credentials.revoke(credential.access_key)
    return answer
