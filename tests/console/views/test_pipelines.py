"""The pages of pipelines and executions, where nothing drives what was started: each status stays as it is."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.bricks.sagemaker.pipelines.builders import (
    ROLE,
    compare,
    condition,
    definition,
    fail,
    get,
    parameter,
    register,
    training,
)
from tests.console.conftest import Visitor

from brickline.baseplate.house import Baseplate

TEXT = definition(
    training("Train", {"epochs": get("Parameters.Epochs")}),
    condition("Good", compare("GreaterThan", get("Parameters.Epochs"), 1), then=[register()], otherwise=[fail("Bad")]),
    parameters=[
        parameter("Epochs", "Integer", 3),
        parameter("Data"),
        parameter("Size", default="small", EnumValues=["small", "large"]),
        parameter("Quick", "Boolean", True),
    ],
)


@pytest.fixture
def create(baseplate: Baseplate) -> Any:
    def create(name: str = "p", text: str = TEXT) -> None:
        baseplate.context().call(
            "sagemaker",
            "CreatePipeline",
            PipelineName=name,
            RoleArn=ROLE,
            PipelineDefinition=text,
            ClientRequestToken=f"{name:-<32}",
        )

    return create


def _start(visitor: Visitor, **parameters: str) -> str:
    """The address of the execution's page, or of the page that says why there is none."""
    form = {f"parameter:{name}": value for name, value in parameters.items()}
    return visitor.post("/console/pipelines/p", form).location


def test_the_list_pages_and_filters(visitor: Visitor, create: Any) -> None:
    for number in range(30):
        create(f"line-{number:02}")
    create("other")
    first = visitor.get("/console/pipelines?search=line&sort=Name&order=Ascending")
    assert "line-24" in first.text
    assert "line-25" not in first.text
    assert "other" not in first.text
    following = first.html.partition('<nav class="pager"')[2].partition('href="')[2].partition('"')[0]
    second = visitor.get("/console/pipelines" + following.replace("&amp;", "&"))
    assert "line-25" in second.text
    assert "line-24" not in second.text


def test_a_pipeline_shows_its_steps_and_a_form_of_its_parameters(visitor: Visitor, create: Any) -> None:
    create()
    page = visitor.get("/console/pipelines/p")
    assert "This pipeline has not run yet" in page.text
    assert 'name="parameter:Epochs" value="" placeholder="3"' in page.html
    assert 'name="parameter:Data" value="" required' in page.html
    assert "<option selected>small</option><option>large</option>" in page.html
    assert "<option selected>true</option><option>false</option>" in page.html
    assert page.html.count('class="step idle"') == 4


def test_an_execution_is_started_shown_and_stopped(visitor: Visitor, create: Any) -> None:
    create()
    address = _start(visitor, Data="s3://bucket/data", Epochs="")
    page = visitor.get(address)
    assert "Executing" in page.text
    assert "s3://bucket/data" in page.text
    assert "No step has started yet" in page.text
    assert "not started" in page.html
    arn = visitor.get("/console/pipelines/p").html.partition("executions?arn=")[2].partition('"')[0]
    stopped = visitor.post("/console/executions/stop", {"arn": arn.replace("%3A", ":").replace("%2F", "/")})
    assert "Stopping" in visitor.get(stopped.location).text


def test_what_cannot_be_started_says_why_and_keeps_what_was_typed(visitor: Visitor, create: Any) -> None:
    create()
    page = visitor.post("/console/pipelines/p", {"parameter:Epochs": "many", "parameter:Data": "<d>", "title": "try"})
    assert page.status == 400
    assert "ValidationException" in page.text
    assert 'role="alert"' in page.html
    assert 'name="parameter:Epochs" value="many"' in page.html
    assert 'value="&lt;d&gt;"' in page.html
    assert 'name="title" value="try"' in page.html


def test_what_runs_cannot_be_retried(visitor: Visitor, create: Any) -> None:
    create()
    address = _start(visitor, Data="d")
    arn = address.partition("arn=")[2].replace("%3A", ":").replace("%2F", "/")
    back = visitor.post("/console/executions/retry", {"arn": arn})
    assert "note bad" in visitor.get(back.location).html
    assert "Retry" not in visitor.get(address).text


def test_two_executions_show_what_differs(visitor: Visitor, create: Any, baseplate: Baseplate) -> None:
    create()
    one, other = (_start(visitor, Data="d", Epochs=epochs).partition("arn=")[2] for epochs in ("3", "4"))
    assert visitor.get(f"/console/executions?arn={one}").status == 200
    before = baseplate.store.commits.count
    page = visitor.get(f"/console/executions?arn={one}&with={other}")
    assert visitor.get(f"/console/executions?arn={one}").status == 200
    assert baseplate.store.commits.count == before
    assert "Epochs (differs) 3 4" in page.text
    assert "Data (differs)" not in page.text
    assert "The jobs were given the same" in page.text


def test_starting_again_has_the_same_parameters(visitor: Visitor, create: Any) -> None:
    create()
    arn = _start(visitor, Data="my-data", Epochs="7").partition("arn=")[2]
    page = visitor.get(f"/console/pipelines/p?from={arn}")
    assert 'value="my-data"' in page.html
    assert 'name="parameter:Epochs" value="7"' in page.html


def test_names_in_a_definition_are_text(visitor: Visitor, create: Any) -> None:
    step = {**training(), "DisplayName": "<img src=x>", "Description": "<b>"}
    create(text=json.dumps({"Version": "2020-12-01", "Steps": [step]}))
    page = visitor.get("/console/pipelines/p")
    assert "<img src=x>" not in page.html
    assert "&lt;img src=x&gt;" in page.html


def test_a_step_that_has_not_started_says_so(visitor: Visitor, create: Any) -> None:
    create()
    address = _start(visitor, Data="d")
    assert "This step has not started" in visitor.get(f"{address}&step={quote('Train')}").text
