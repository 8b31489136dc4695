"""The pages: a module per area, each with its `ROUTES`."""

from __future__ import annotations

from brickline.console.views import (
    pull_requests,
    repositories,
    builds,
    codepipeline_executions,
    codepipelines,
    endpoints,
    executions,
    home,
    jobs,
    pipelines,
    registry,
    why,
)

ROUTES = [
    *pull_requests.ROUTES,
    *repositories.ROUTES,
    *builds.ROUTES,
    *codepipelines.ROUTES,
    *codepipeline_executions.ROUTES,
    *endpoints.ROUTES,
    *executions.ROUTES,
    *home.ROUTES,
    *jobs.ROUTES,
    *pipelines.ROUTES,
    *registry.ROUTES,
    *why.ROUTES,
]
