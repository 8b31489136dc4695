"""The pages: a module per area, each with its `ROUTES`."""

from __future__ import annotations

from brickline.console.views import home, why

ROUTES = [*home.ROUTES, *why.ROUTES]
