"""Variables that name parameters and secrets: of a brick of this server, or of the fallback endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.bricks.codebuild.conftest import IMAGE, Account, buildspec, phase

from brickline.baseplate.client_environment import Addresses
from brickline.gateway.server import Server

ENVIRONMENT = {
    "type": "LINUX_CONTAINER",
    "image": IMAGE,
    "computeType": "BUILD_GENERAL1_SMALL",
    "environmentVariables": [
        {"name": "PARAMETER", "value": "/my/parameter", "type": "PARAMETER_STORE"},
        {"name": "USER", "value": "login:user", "type": "SECRETS_MANAGER"},
    ],
}
SECTION = "  secrets-manager: {PASSWORD: 'login:password'}\n  exported-variables: [OPEN]\n"


class Elsewhere(BaseHTTPRequestHandler):
    """Another emulator, with a parameter and a secret."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        target = self.headers["X-Amz-Target"]
        if target == "AmazonSSM.GetParameter" and request == {"Name": "/my/parameter", "WithDecryption": True}:
            self._answer(200, {"Parameter": {"Name": "/my/parameter", "Value": "the parameter"}})
        elif target == "secretsmanager.GetSecretValue" and request == {"SecretId": "login"}:
            self._answer(200, {"SecretString": '{"user": "me", "password": "hush-hush"}'})
        else:
            self._answer(400, {"__type": "ParameterNotFound", "message": "nothing of that name"})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def with_fallback(account: Account) -> Iterator[Account]:
    """An account of a server that passes on what it does not have."""
    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    baseplate = account.baseplate
    baseplate.settings = replace(baseplate.settings, fallback=f"http://127.0.0.1:{elsewhere.server_port}")
    gateway = Server(baseplate)
    gateway.start()
    baseplate.addresses = Addresses(gateway.url)
    yield account
    gateway.stop()
    elsewhere.shutdown()
    elsewhere.server_close()


def test_values_come_from_the_fallback_endpoint_and_are_not_shown(with_fallback: Account) -> None:
    with_fallback.project(environment=ENVIRONMENT)
    build = with_fallback.build(buildspec("echo $USER $PARAMETER; echo $PASSWORD; echo ${#PASSWORD}", env=SECTION))
    assert with_fallback.output(build) == ["*** ***", "***", "9"]
    assert build["buildStatus"] == "SUCCEEDED"
    shown = {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]}
    assert shown == {"PARAMETER": "/my/parameter", "USER": "login:user"}


@pytest.mark.parametrize(
    ("section", "code", "words"),
    [
        (
            "  parameter-store: {P: /other}\n",
            "CLIENT_ERROR",
            "Parameter Store request error: /other: An error occurred",
        ),
        ("  secrets-manager: {S: 'login:nobody'}\n", "Secrets Manager Error Message", "login: the secret has no key"),
    ],
)
def test_a_value_that_is_not_there(with_fallback: Account, section: str, code: str, words: str) -> None:
    build = with_fallback.build(buildspec("true", env=section))
    context = phase(build, "DOWNLOAD_SOURCE")["contexts"][0]
    assert context["statusCode"] == code
    assert context["message"].startswith(words)


def test_secrets_are_not_exported(with_fallback: Account) -> None:
    section = "  secrets-manager: {S: 'login:user'}\n  exported-variables: [S]\n"
    context = phase(with_fallback.build(buildspec("true", env=section)), "DOWNLOAD_SOURCE")["contexts"][0]
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert "S cannot be exported" in context["message"]
