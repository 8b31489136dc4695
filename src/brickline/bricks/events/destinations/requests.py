"""What an API destination is sent: the event's input with what rule and connection add to it. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from brickline.baseplate.brick import Shape

_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Range": "bytes=0-1048575",
}
"""What EventBridge sends with every call: eb-api-destinations.html."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "Accept": "application/json"}
_NO_BODY = ("GET", "HEAD")


@dataclass(frozen=True)
class HttpRequest:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


def invocation(destination: Shape, connection: Shape, payload: str, http: Shape, token: str) -> HttpRequest:
    """`connection` are its parameters with their secrets, `http` the target's HttpParameters.

    Where both name a header or query parameter, the connection's counts.
    """
    additional = connection.get("InvocationHttpParameters", {})
    headers = {**_HEADERS, **http.get("HeaderParameters", {}), **_pairs(additional, "HeaderParameters")}
    query = {**http.get("QueryStringParameters", {}), **_pairs(additional, "QueryStringParameters")}
    url = _with_query(_filled(destination["InvocationEndpoint"], http.get("PathParameterValues", ())), query)
    return HttpRequest(
        destination["HttpMethod"],
        url,
        {**headers, **_authorization(connection, token)},
        _body(payload, _pairs(additional, "BodyParameters")) if destination["HttpMethod"] not in _NO_BODY else b"",
    )


def token_request(oauth: Shape) -> HttpRequest:
    """The request of an access token by client credentials (RFC 6749, 4.4)."""
    client, additional = oauth["ClientParameters"], oauth.get("OAuthHttpParameters", {})
    form = {
        "grant_type": "client_credentials",
        "client_id": client["ClientID"],
        "client_secret": client["ClientSecret"],
        **_pairs(additional, "BodyParameters"),
    }
    query = _pairs(additional, "QueryStringParameters")
    has_body = oauth["HttpMethod"] not in _NO_BODY
    return HttpRequest(
        oauth["HttpMethod"],
        _with_query(oauth["AuthorizationEndpoint"], query if has_body else {**form, **query}),
        {**_FORM, **_pairs(additional, "HeaderParameters")},
        urlencode(form).encode() if has_body else b"",
    )


def _authorization(connection: Shape, token: str) -> dict[str, str]:
    if basic := connection.get("BasicAuthParameters"):
        pair = f"{basic['Username']}:{basic['Password']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    if key := connection.get("ApiKeyAuthParameters"):
        return {key["ApiKeyName"]: key["ApiKeyValue"]}
    return {"Authorization": f"Bearer {token}"}


def _pairs(parameters: Shape, member: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in parameters.get(member) or ()}


def _filled(endpoint: str, values: Sequence[str]) -> str:
    """The endpoint with the values in the places of its `*`, in their order."""
    for value in values:
        endpoint = endpoint.replace("*", quote(value, safe=""), 1)
    return endpoint


def _with_query(url: str, query: dict[str, str]) -> str:
    parts = urlsplit(url)
    pairs = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **query}
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _body(payload: str, additional: dict[str, str]) -> bytes:
    """Body parameters stand beside the input's own members, where the input is an object."""
    given = json.loads(payload) if additional else None
    return (json.dumps({**given, **additional}) if isinstance(given, dict) else payload).encode()
