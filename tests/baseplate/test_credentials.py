from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickline.baseplate import clock
from brickline.baseplate.credentials import Credentials
from brickline.baseplate.sessions import keep_session
from brickline.baseplate.store import Store


@pytest.fixture
def later() -> Iterator[None]:
    """The clock may be moved; it is moved back."""
    before = clock._offset
    yield
    clock.move(before - clock._offset)


def test_keys_are_found_again_by_another_server(store: Store) -> None:
    issued = Credentials(store).issue("123456789012", "arn:aws:iam::123456789012:user/me")
    assert issued.access_key.startswith("AKIA")
    assert Credentials(store).find(issued.access_key) == issued
    assert Credentials(store).find("AKIANOBODY") is None


def test_a_session_expires(store: Store, later: None) -> None:
    session = Credentials(store).issue("123456789012", "arn", lifetime=900)
    assert session.access_key.startswith("ASIA")
    assert not session.is_expired
    clock.move(901)
    assert session.is_expired


def test_sessions_long_over_are_swept(store: Store, later: None) -> None:
    credentials = Credentials(store)
    session, user = credentials.issue("1", "arn", lifetime=900), credentials.issue("1", "arn")
    clock.move(900 + 86401)
    Credentials(store).sweep()
    assert Credentials(store).find(session.access_key) is None
    assert Credentials(store).find(user.access_key) == user


def test_a_revoked_key_is_forgotten_at_once(store: Store) -> None:
    credentials = Credentials(store)
    issued = credentials.issue("1", "arn")
    assert credentials.find(issued.access_key)
    credentials.set_active(issued.access_key, False)
    assert credentials.find(issued.access_key).active is False  # type: ignore[union-attr]
    credentials.revoke(issued.access_key)
    assert credentials.find(issued.access_key) is None


def test_the_default_session_is_kept_until_it_soon_ends(store: Store, tmp_path: Path, later: None) -> None:
    file = tmp_path / "credentials.json"
    keep_session(Credentials(store), "123456789012", file)
    first = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first["Principal"] == "arn:aws:sts::123456789012:assumed-role/SageMakerExecutionRole/brickline"
    keep_session(Credentials(store), "123456789012", file)
    assert json.loads(file.read_text()) == first
    clock.move(340 * 86400)
    keep_session(Credentials(store), "123456789012", file)
    assert json.loads(file.read_text()) != first
