"""Settings of a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
