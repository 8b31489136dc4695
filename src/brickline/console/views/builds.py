"""`/console/builds`: CodeBuild projects and builds; a build's phases, log, reports and artifacts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.why import cause
from brickline.console import START, lists, tails
from brickline.console.rendering import segment
from brickline.console.visit import Html, Redirect, Visit, get, post

_LOG_LINES = 1000
_MOST_CASES = 100
_FAILED_COMMAND = re.compile(r"while executing command: (.*)\. Reason: ", re.DOTALL)
_TELLS = "Command did not exit successfully "


def builds(visit: Visit) -> Html:
    """All builds, the newest first, and the projects, one page of each."""
    projects = visit.call(
        "codebuild",
        "ListProjects",
        sortBy="LAST_MODIFIED_TIME",
        sortOrder="DESCENDING",
        nextToken=visit.query.get("projects"),
    )
    listed = visit.call("codebuild", "ListBuilds", nextToken=visit.query.get("next"))
    names = projects["projects"][: lists.PAGE]
    described = visit.call("codebuild", "BatchGetProjects", names=names)["projects"] if names else []
    values = {
        "projects": [{**one, "latest": _latest(visit, one["name"])} for one in described],
        "builds": _rows(visit, listed["ids"]),
        "token": listed.get("nextToken"),
    }
    return Html("builds/list.html", values)


def project(visit: Visit) -> Html:
    name = visit.place["project"]
    found = visit.call("codebuild", "BatchGetProjects", names=[name])["projects"]
    # The operation of its builds refuses a project that is not there, by the service's own words.
    listed = visit.call("codebuild", "ListBuildsForProject", projectName=name, nextToken=visit.query.get("next"))
    values = {
        "name": name,
        "project": found[0],
        "builds": _rows(visit, listed["ids"]),
        "token": listed.get("nextToken"),
    }
    return Html("builds/project.html", values)


def build(visit: Visit) -> Html:
    found = _build(visit)
    logs = found.get("logs", {})
    has_failed = found["buildStatus"] in ("FAILED", "FAULT", "TIMED_OUT")
    tail = tails.tail(visit, logs.get("groupName", ""), logs.get("streamName", ""), most=_LOG_LINES)
    values = {
        "build": found,
        "project": found["projectName"],
        "id": visit.place["id"],
        "arn": found["arn"],
        "address": address(found["id"]),
        "is_over": found["buildComplete"],
        "phases": [_phase(one) for one in found["phases"]],
        "seconds": found["endTime"] - found["startTime"] if found.get("endTime") else None,
        "log": replace(tail, lines=_marked(tail.lines, found["phases"])) if has_failed else tail,
        "cause": cause(visit.context.baseplate.store, found["arn"]),
        "reports": [_report(visit, arn) for arn in found.get("reportArns", ())],
    }
    return Html("builds/build.html", values)


def start(visit: Visit) -> Redirect:
    """A build with the form's overrides; what was left empty is as the project has it."""
    answer = visit.call(
        "codebuild",
        "StartBuild",
        projectName=visit.place["project"],
        sourceVersion=visit.form.get("version", "").strip(),
        buildspecOverride=visit.form.get("buildspec", "").strip(),
        environmentVariablesOverride=_variables(visit.form.get("variables", "")) or None,
    )
    return Redirect(address(answer["build"]["id"]))


def stop(visit: Visit) -> Redirect:
    visit.call("codebuild", "StopBuild", id=_id(visit))
    return Redirect(address(_id(visit)))


def retry(visit: Visit) -> Redirect:
    return Redirect(address(visit.call("codebuild", "RetryBuild", id=_id(visit))["build"]["id"]))


def address(build: str) -> str:
    """The page of a build, by its `project:uuid`."""
    name, _, number = build.partition(":")
    return f"{START}/builds/{segment(name)}/{segment(number)}"


def _id(visit: Visit) -> str:
    return f"{visit.place['project']}:{visit.place['id']}"


def _build(visit: Visit) -> Shape:
    """By ListBuildsForProject's refusal where the project is gone, and BatchGetBuilds' silence where the build is."""
    found: list[Shape] = visit.call("codebuild", "BatchGetBuilds", ids=[_id(visit)])["builds"]
    if not found:
        raise Refused("ResourceNotFoundException", f"There is no build {_id(visit)}", 404)
    return found[0]


def _rows(visit: Visit, ids: list[str]) -> list[Shape]:
    shown = ids[: lists.PAGE]
    found = visit.call("codebuild", "BatchGetBuilds", ids=shown)["builds"] if shown else []
    return [_row(visit, one) for one in found]


def _row(visit: Visit, build: Shape) -> Shape:
    seconds = build["endTime"] - build["startTime"] if build.get("endTime") else None
    return {
        **build,
        "address": address(build["id"]),
        "seconds": seconds,
        "reason": next((_told(one) for one in build["phases"] if _told(one)), ""),
        "cause": cause(visit.context.baseplate.store, build["arn"]),
    }


def _latest(visit: Visit, project: str) -> Shape | None:
    ids = visit.call("codebuild", "ListBuildsForProject", projectName=project)["ids"]
    found = visit.call("codebuild", "BatchGetBuilds", ids=ids[:1])["builds"] if ids else []
    return {**found[0], "address": address(found[0]["id"])} if found else None


def _phase(phase: Shape) -> Shape:
    """With exact seconds, where the operation has whole ones."""
    seconds = phase["endTime"] - phase["startTime"] if phase.get("endTime") else None
    return {**phase, "seconds": seconds, "message": _told(phase)}


def _told(phase: Shape) -> str:
    contexts: list[dict[str, Any]] = phase.get("contexts", [])
    return next((f"{one['statusCode']}: {one['message']}" for one in contexts if one.get("message")), "")


def _marked(lines: list[tails.Line], phases: list[Shape]) -> list[tails.Line]:
    """The failing command's line and what says how it ended are marked; what tells of an error where there are none."""
    commands = [match[1] for one in phases if (match := _FAILED_COMMAND.search(_told(one)))]
    found = [
        replace(line, is_failure=True)
        if _TELLS in line.text or any(f"Running command {command}" in line.text for command in commands)
        else line
        for line in lines
    ]
    return found if found != lines else tails.marked(lines)


def _report(visit: Visit, arn: str) -> Shape:
    """A report with its test cases, those that failed first."""
    report: Shape = next(iter(visit.call("codebuild", "BatchGetReports", reportArns=[arn])["reports"]), {})
    cases = visit.call_if_there("codebuild", "DescribeTestCases", reportArn=arn, maxResults=_MOST_CASES)
    found = cases["testCases"] if cases else []
    return {**report, "cases": sorted(found, key=lambda case: case["status"] == "SUCCEEDED")}


def _variables(text: str) -> list[Shape]:
    """`NAME=value` a line. Raises Refused where a line is not so."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Refused("InvalidInputException", f"Variables: {line!r} is not NAME=value")
        found.append({"name": name.strip(), "value": value, "type": "PLAINTEXT"})
    return found


ROUTES = [
    get("/builds", builds),
    get("/builds/{project}", project),
    get("/builds/{project}/{id}", build),
    post("/builds/{project}/start", start),
    post("/builds/{project}/{id}/stop", stop),
    post("/builds/{project}/{id}/retry", retry),
]
