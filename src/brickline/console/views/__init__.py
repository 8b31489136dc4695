"""The pages: a module per area, each with its `ROUTES`."""

from __future__ import annotations

from brickline.console.views import (
    archives,
    builds,
    codepipeline_executions,
    codepipelines,
    endpoints,
    events,
    executions,
    functions,
    home,
    jobs,
    logs,
    pipelines,
    pull_requests,
    registry,
    repositories,
    rules,
    s3,
    schedules,
    why,
)

ROUTES = [
    *archives.ROUTES,
    *builds.ROUTES,
    *codepipeline_executions.ROUTES,
    *codepipelines.ROUTES,
    *endpoints.ROUTES,
    *events.ROUTES,
    *executions.ROUTES,
    *functions.ROUTES,
    *home.ROUTES,
    *jobs.ROUTES,
    *logs.ROUTES,
    *pipelines.ROUTES,
    *pull_requests.ROUTES,
    *registry.ROUTES,
    *repositories.ROUTES,
    *rules.ROUTES,
    *s3.ROUTES,
    *schedules.ROUTES,
    *why.ROUTES,
]
