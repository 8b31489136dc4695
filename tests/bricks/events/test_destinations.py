"""HTTP endpoints as targets, called for real."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.bricks.events.conftest import Events

from brickline.baseplate.errors import Refused

ROLE = "arn:aws:iam::123456789012:role/r"
BASIC = {"BasicAuthParameters": {"Username": "me", "Password": "secret"}}
API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "abc"}}


class Endpoint:
    """An HTTP server that keeps what it is sent; `statuses` are its next answers, 200 once they are used up."""

    def __init__(self) -> None:
        endpoint = self
        self.seen: list[dict[str, Any]] = []
        self.statuses: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                endpoint.seen.append(
                    {"path": self.path, "body": body, **{k.lower(): v for k, v in self.headers.items()}}
                )
                status = endpoint.statuses.pop(0) if endpoint.statuses else 200
                said = b'{"access_token": "tok", "expires_in": 60}'
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_POST = do_PUT = do_GET = answer

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


def connect(events: Events, kind: str, parameters: dict[str, Any]) -> str:
    """A connection, once it is authorized or not; gives its ARN."""
    made = events.call("CreateConnection", Name="c", AuthorizationType=kind, AuthParameters=parameters)
    events.until(lambda: events.call("DescribeConnection", Name="c")["ConnectionState"] != "CREATING")
    return str(made["ConnectionArn"])


def destine(events: Events, connection: str, url: str, method: str = "POST") -> str:
    request = {"ConnectionArn": connection, "InvocationEndpoint": url, "HttpMethod": method}
    return str(events.call("CreateApiDestination", Name="d", **request)["ApiDestinationArn"])


def test_an_event_is_posted_with_what_rule_and_connection_add(events: Events, endpoint: Endpoint) -> None:
    additional = {
        "HeaderParameters": [{"Key": "X-Mine", "Value": "connection", "IsValueSecret": True}],
        "QueryStringParameters": [{"Key": "q", "Value": "1"}],
        "BodyParameters": [{"Key": "extra", "Value": "more"}],
    }
    connection = connect(events, "BASIC", {**BASIC, "InvocationHttpParameters": additional})
    arn = destine(events, connection, f"{endpoint.url}/hooks/*/new?a=b")
    http = {"PathParameterValues": ["x y"], "HeaderParameters": {"X-Mine": "rule", "X-Rule": "r"}}
    events.rule({"source": ["my.app"]}, arn=arn, RoleArn=ROLE, InputPath="$.detail", HttpParameters=http)
    events.put(n=1)
    events.until(lambda: len(events.dispatches("done")) == 1)
    [seen] = endpoint.seen
    assert seen["path"] == "/hooks/x%20y/new?a=b&q=1"
    assert json.loads(seen["body"]) == {"n": 1, "extra": "more"}
    assert (seen["authorization"], seen["x-mine"], seen["x-rule"]) == ("Basic bWU6c2VjcmV0", "connection", "r")
    assert seen["content-type"] == "application/json; charset=utf-8"
    assert seen["user-agent"] == "Amazon/EventBridge/ApiDestinations"


def test_an_api_key_is_a_header_and_busy_servers_are_called_again(events: Events, endpoint: Endpoint) -> None:
    endpoint.statuses = [503]
    arn = destine(events, connect(events, "API_KEY", API_KEY), endpoint.url)
    events.rule({"source": ["my.app"]}, arn=arn, RoleArn=ROLE, Input='{"text": "hi"}')
    events.put()
    events.until(lambda: len(events.dispatches("done")) == 1)
    assert [(seen["x-key"], seen["body"]) for seen in endpoint.seen] == [("abc", '{"text": "hi"}')] * 2


def test_a_request_that_is_refused_is_a_dead_letter(events: Events, endpoint: Endpoint) -> None:
    endpoint.statuses = [404]
    arn = destine(events, connect(events, "API_KEY", API_KEY), endpoint.url)
    events.rule({"source": ["my.app"]}, arn=arn, RoleArn=ROLE)
    events.put()
    events.until(lambda: len(events.dispatches("dead")) == 1)
    assert events.dispatches()[0].error.startswith(f"ApiDestinationFailed: HTTP 404 of {endpoint.url}")


def test_oauth_asks_for_a_token_and_uses_it(events: Events, endpoint: Endpoint) -> None:
    oauth = {
        "ClientParameters": {"ClientID": "me", "ClientSecret": "hidden"},
        "AuthorizationEndpoint": f"{endpoint.url}/token",
        "HttpMethod": "POST",
        "OAuthHttpParameters": {"BodyParameters": [{"Key": "scope", "Value": "all"}]},
    }
    connection = connect(events, "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": oauth})
    assert endpoint.seen[0]["body"] == "grant_type=client_credentials&client_id=me&client_secret=hidden&scope=all"
    arn = destine(events, connection, endpoint.url, "GET")
    events.rule({"source": ["my.app"]}, arn=arn, RoleArn=ROLE)
    events.put()
    events.put()
    events.until(lambda: len(events.dispatches("done")) == 2)
    assert [seen.get("authorization") for seen in endpoint.seen] == [None, "Bearer tok", "Bearer tok"]
    described = events.call("DescribeConnection", Name="c")
    assert described["AuthParameters"]["OAuthParameters"]["ClientParameters"] == {"ClientID": "me"}


def test_a_connection_without_its_token_is_deauthorized(events: Events, endpoint: Endpoint) -> None:
    endpoint.statuses = [403]
    oauth = {
        "ClientParameters": {"ClientID": "me", "ClientSecret": "wrong"},
        "AuthorizationEndpoint": endpoint.url,
        "HttpMethod": "POST",
    }
    connect(events, "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": oauth})
    described = events.call("DescribeConnection", Name="c")
    assert described["ConnectionState"] == "DEAUTHORIZED"
    assert described["StateReason"] == "The authorization endpoint gave no token: HTTP 403"
    corrected = {"OAuthParameters": {"ClientParameters": {"ClientSecret": "right"}}}
    events.call("UpdateConnection", Name="c", AuthParameters=corrected)
    events.until(lambda: events.call("DescribeConnection", Name="c")["ConnectionState"] == "AUTHORIZED")


def test_secrets_are_not_shown_and_a_connection_can_be_withdrawn(events: Events) -> None:
    connection = connect(events, "BASIC", BASIC)
    destine(events, connection, "https://example.com/x")
    described = events.call("DescribeConnection", Name="c")
    assert described["AuthParameters"] == {"BasicAuthParameters": {"Username": "me"}}
    assert [one["Name"] for one in events.call("ListConnections", ConnectionState="AUTHORIZED")["Connections"]] == ["c"]
    [listed] = events.call("ListApiDestinations", ConnectionArn=connection)["ApiDestinations"]
    assert (listed["ApiDestinationState"], listed["InvocationRateLimitPerSecond"]) == ("ACTIVE", 300)
    assert events.call("DeauthorizeConnection", Name="c")["ConnectionState"] == "DEAUTHORIZED"
    assert events.call("DescribeApiDestination", Name="d")["ApiDestinationState"] == "INACTIVE"
    assert events.call("DeleteConnection", Name="c")["ConnectionState"] == "DELETING"
    events.call("DeleteApiDestination", Name="d")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("CreateConnection", {"AuthorizationType": "API_KEY", "AuthParameters": BASIC}, "ValidationException"),
    ("CreateConnection", {"AuthorizationType": "BASIC", "AuthParameters": {**BASIC, **API_KEY}}, "ValidationException"),
    ("DescribeConnection", {}, "ResourceNotFoundException"),
    ("DescribeApiDestination", {}, "ResourceNotFoundException"),
    ("UpdateApiDestination", {"InvocationEndpoint": "ftp://x/y"}, "ValidationException"),
]


@pytest.mark.parametrize(("operation", "request_", "code"), REFUSED)
def test_what_is_refused(events: Events, operation: str, request_: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as raised:
        events.call(operation, Name="none", **request_)
    assert raised.value.code == code
