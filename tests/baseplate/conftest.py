"""The store in both its forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brickline.baseplate.store import Store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()
