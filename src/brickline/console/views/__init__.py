"""The pages: a module per area, each with its `ROUTES`."""

from __future__ import annotations

from brickline.console.views import (
    builds,
    codepipeline_executions,
    codepipelines,
    endpoints,
    executions,
    home,
    jobs,
    logs,
    pipelines,
    pull_requests,
    registry,
    repositories,
    s3,
    why,
)

ROUTES = [
    *builds.ROUTES,
    *codepipeline_executions.ROUTES,
    *codepipelines.ROUTES,
    *endpoints.ROUTES,
    *executions.ROUTES,
    *home.ROUTES,
    *jobs.ROUTES,
    *logs.ROUTES,
    *pipelines.ROUTES,
    *pull_requests.ROUTES,
    *registry.ROUTES,
    *repositories.ROUTES,
    *s3.ROUTES,
    *why.ROUTES,
]
