"""From a client's side: find a server, start one, point a process at it, and draw what it has."""

from brickline.connection.drawn import Picture, picture
from brickline.connection.notebook import Connection, connect, disconnect

__all__ = ["Connection", "Picture", "connect", "disconnect", "picture"]
