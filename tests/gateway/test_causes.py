"""What a call happens by: a run's keys say so, and a function's trace header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.causes import trace
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server

BUILD = "arn:aws:codebuild:us-east-1:123456789012:build/p:1"
EVENT = "0f8b3c1e-0000-4000-8000-000000000000"


def cause(client: Any) -> str:
    """What the server takes for the call's cause (a toy operation tells)."""
    return str(client.get_access_key_info(AccessKeyId="A" * 20)["Account"])


def test_a_call_of_a_person_has_no_cause(client: Callable[..., Any]) -> None:
    assert cause(client("sts")) == ""


def test_the_keys_of_a_run_carry_its_cause(server: tuple[Server, Baseplate], client: Callable[..., Any]) -> None:
    _, baseplate = server
    issued = baseplate.credentials.issue("123456789012", "arn:aws:sts::123456789012:assumed-role/r/s", 60, BUILD)
    keys = {
        "aws_access_key_id": issued.access_key,
        "aws_secret_access_key": issued.secret,
        "aws_session_token": issued.session_token,
    }
    assert cause(client("sts", **keys)) == BUILD


def test_inside_of_a_function_sdks_send_the_cause_by_themselves(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace(EVENT))
    assert cause(client("sts")) == EVENT
