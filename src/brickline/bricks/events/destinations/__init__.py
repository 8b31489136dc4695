"""API destinations: HTTP endpoints as targets, and the connections that say how they are authorized."""

from __future__ import annotations

from brickline.bricks.events.destinations.api_destinations import ApiDestinations
from brickline.bricks.events.destinations.authorizing import Authorizing
from brickline.bricks.events.destinations.connections import Connections
from brickline.bricks.events.destinations.target import DestinationTarget

__all__ = ["ApiDestinations", "Authorizing", "Connections", "DestinationTarget"]
