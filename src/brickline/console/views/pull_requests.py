"""`/console/repositories/{name}/pull-requests`: what is asked to be merged, discussed and merged."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.console import lists, repository
from brickline.console.repository import address
from brickline.console.visit import Html, Redirect, Visit, get, post

_MERGES = {
    "FAST_FORWARD_MERGE": "MergePullRequestByFastForward",
    "SQUASH_MERGE": "MergePullRequestBySquash",
    "THREE_WAY_MERGE": "MergePullRequestByThreeWay",
}


def pull_requests(visit: Visit) -> Html:
    name, status = visit.place["name"], visit.query.get("status", "OPEN")
    listed = visit.call(
        "codecommit",
        "ListPullRequests",
        repositoryName=name,
        pullRequestStatus=status,
        nextToken=visit.query.get("next"),
    )
    found = [_get(visit, one) for one in listed["pullRequestIds"][: lists.PAGE]]
    values = {"name": name, "requests": found, "status": status, "address": address, "token": listed.get("nextToken")}
    return Html("repositories/pull_requests.html", values)


def pull_request(visit: Visit) -> Html:
    name, found = visit.place["name"], _get(visit, visit.place["id"])
    target = _target(found, name)
    is_open = found["pullRequestStatus"] == "OPEN"
    states = visit.call(
        "codecommit",
        "GetPullRequestApprovalStates",
        pullRequestId=found["pullRequestId"],
        revisionId=found["revisionId"],
    )
    comments = visit.call("codecommit", "GetCommentsForPullRequest", pullRequestId=found["pullRequestId"])
    values = {
        "name": name,
        "request": found,
        "target": target,
        "address": address,
        "here": address(name, f"pull-requests/{found['pullRequestId']}"),
        "is_open": is_open,
        "approvals": states["approvals"],
        "threads": comments["commentsForPullRequestData"],
        "ways": _ways(visit, name, target) if is_open else [],
        "changes": repository.changes(visit, name, target.get("mergeBase", ""), target["sourceCommit"]),
    }
    return Html("repositories/pull_request.html", values)


def merge(visit: Visit) -> Redirect:
    operation = _MERGES.get(visit.form.get("way", ""))
    if operation is None:
        raise Refused("MergeOptionRequiredException", f"The way to merge is one of {', '.join(_MERGES)}")
    visit.call("codecommit", operation, pullRequestId=visit.place["id"], repositoryName=visit.place["name"])
    return _here(visit)


def close(visit: Visit) -> Redirect:
    visit.call("codecommit", "UpdatePullRequestStatus", pullRequestId=visit.place["id"], pullRequestStatus="CLOSED")
    return _here(visit)


def comment(visit: Visit) -> Redirect:
    target = _target(_get(visit, visit.place["id"]), visit.place["name"])
    visit.call(
        "codecommit",
        "PostCommentForPullRequest",
        pullRequestId=visit.place["id"],
        repositoryName=visit.place["name"],
        beforeCommitId=target["destinationCommit"],
        afterCommitId=target["sourceCommit"],
        content=visit.form.get("content", ""),
    )
    return _here(visit)


def _here(visit: Visit) -> Redirect:
    return Redirect(address(visit.place["name"], f"pull-requests/{visit.place['id']}"))


def _get(visit: Visit, number: str) -> Shape:
    found: Shape = visit.call("codecommit", "GetPullRequest", pullRequestId=number)["pullRequest"]
    return {**found, "target": found["pullRequestTargets"][0]}


def _target(request: Shape, name: str) -> Shape:
    """Of this repository: the same number below another one's address is not there."""
    target: Shape = request["target"]
    if target["repositoryName"] != name:
        raise Refused("PullRequestDoesNotExistException", f"{name} has no such pull request", 404)
    return target


def _ways(visit: Visit, name: str, target: Shape) -> list[str]:
    """How it can be merged now; none where it conflicts."""
    found = visit.call_if_there(
        "codecommit",
        "GetMergeOptions",
        repositoryName=name,
        sourceCommitSpecifier=target["sourceCommit"],
        destinationCommitSpecifier=target["destinationReference"].removeprefix("refs/heads/"),
    )
    return found["mergeOptions"] if found else []


_PAGE = "/repositories/{name}/pull-requests"
ROUTES = [
    get(_PAGE, pull_requests),
    get(f"{_PAGE}/{{id}}", pull_request),
    post(f"{_PAGE}/{{id}}/merge", merge),
    post(f"{_PAGE}/{{id}}/close", close),
    post(f"{_PAGE}/{{id}}/comment", comment),
]
