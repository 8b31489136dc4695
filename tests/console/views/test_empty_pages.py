"""Pages before there is anything, and addresses of what is not there."""

from __future__ import annotations

import pytest
from tests.console.conftest import Visitor


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/console/pipelines", "There is no pipeline yet"),
        ("/console/pipelines?search=x", "No pipeline begins with x"),
        ("/console/jobs", "No training job yet"),
        ("/console/jobs?kind=processing-job", "No processing job yet"),
        ("/console/jobs?kind=transform-job", "No transform job yet"),
        ("/console/jobs?status=Failed", "No job is like that"),
        ("/console/registry", "No model has been registered yet"),
        ("/console/endpoints", "No endpoint yet"),
        ("/console", "Nothing is built yet"),
        ("/console/codepipelines", "There is no CodePipeline yet"),
        ("/console/builds", "There is no CodeBuild project yet"),
        ("/console/repositories", "There is no repository yet"),
        ("/console/s3", "There is no bucket yet"),
        ("/console/s3?search=x", "No bucket begins with x"),
        ("/console/functions", "There is no function yet"),
        ("/console/logs", "Nothing was printed yet"),
        ("/console/events", "Nothing has happened yet"),
        ("/console/events/rules", "There is no rule yet"),
        ("/console/events/archives", "There is no archive yet"),
        ("/console/events/undelivered", "Everything that was to be started was started"),
        ("/console/schedules", "There is no schedule yet"),
    ],
)
def test_empty_pages_say_what_to_do_first(visitor: Visitor, address: str, says: str) -> None:
    page = visitor.get(address)
    assert page.status == 200
    assert says in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/console/pipelines/nothing",
        "/console/executions",
        "/console/executions?arn=nothing",
        "/console/executions?arn=arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/nothing",
        "/console/jobs/training-job/nothing",
        "/console/jobs/sewing-job/nothing",
        "/console/registry/nothing",
        "/console/registry/nothing/1",
        "/console/endpoints/nothing",
        "/console/codepipelines/nothing",
        "/console/codepipelines/nothing/executions/00000000-0000-4000-8000-000000000000",
        "/console/builds/nothing",
        "/console/builds/nothing/nothing",
        "/console/repositories/nothing",
        "/console/repositories/nothing/commits/nothing",
        "/console/repositories/nothing/pull-requests/1",
        "/console/functions/nothing",
        "/console/events/one/nothing",
        "/console/events/rules/default/nothing",
        "/console/schedules/default/nothing",
    ],
)
def test_what_is_not_there_is_said_so(visitor: Visitor, address: str) -> None:
    page = visitor.get(address)
    assert page.status == 404
    assert "This is not there" in page.text
