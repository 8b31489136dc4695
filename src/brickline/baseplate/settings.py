"""Settings of a server."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


def _environments() -> Path:
    """Jobs' Python environments are the same for every data folder: they lie in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "brickline" / "environments"


@dataclass(frozen=True)
class Settings:
    """What a server is started with."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 4599
    proxy_port: int = 4598
    account: str = "123456789012"
    region: str = "us-east-1"
    verify_signatures: bool = True
    fallback: str | None = None
    store_url: str | None = None
    exact_images: bool = False
    environments: Path = field(default_factory=_environments)
