"""A killable server with a bucket, on each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clients.harness import brickline
from tests.faults.killable import BUCKET, Killable


@pytest.fixture
def killable(tmp_path: Path, store_url: str) -> Iterator[Killable]:
    server = Killable(tmp_path / "data", store_url)
    server.client("s3").create_bucket(Bucket=BUCKET)
    yield server
    brickline("down", "--data", str(server.data))
