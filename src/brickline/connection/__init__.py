"""From a client's side: find a server, start one, and point a process at it."""

from brickline.connection.notebook import Connection, connect, disconnect

__all__ = ["Connection", "connect", "disconnect"]
