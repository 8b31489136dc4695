"""One running server, and one browser, for all client tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.clients.browser import chromium, reader
from tests.clients.harness import Server, brickline, client_variables

__all__ = ["chromium", "reader"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    brickline("up", "--detach", "--data", str(data), "--port", "0", "--proxy-port", "0")
    try:
        yield Server(data, client_variables(data))
    finally:
        brickline("down", "--data", str(data))
