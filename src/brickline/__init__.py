"""Brickline: an MLOps system that runs for real on one machine, brick by brick.

In a notebook: `brickline.connect()` points this process's AWS clients at it, `brickline.disconnect()` back;
`brickline.picture()` draws what has been built.
"""

from __future__ import annotations

from typing import Any

from brickline.version import VERSION

__version__ = VERSION

__all__ = ["Connection", "Picture", "__version__", "connect", "disconnect", "picture"]


def __getattr__(name: str) -> Any:
    """The connection is imported when it is asked for: the supervisor of every job imports this package too."""
    if name in ("Connection", "Picture", "connect", "disconnect", "picture"):
        from brickline import connection

        return getattr(connection, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
