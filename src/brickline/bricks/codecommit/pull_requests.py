"""Pull requests: made, changed, merged, closed; what a push to their branches does to them."""

from __future__ import annotations

import time

from sqlalchemy import func, select

from brickline.baseplate import clock, naming, schema
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codecommit import merging
from brickline.bricks.codecommit.approval_rules import evaluation
from brickline.bricks.codecommit.git import ZERO
from brickline.bricks.codecommit.kinds import PULL_REQUEST
from brickline.bricks.codecommit.merges import make_merge, move_branch
from brickline.bricks.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from brickline.bricks.codecommit.places import Places, Repository, branch_tip
from brickline.bricks.codecommit.pushes import Move, Pushes

_HEADS = "refs/heads/"
_STATUS = {"OPEN": "Open", "CLOSED": "Closed"}


class PullRequests:
    """CodeCommit's operations on pull requests."""

    def __init__(self, baseplate: Baseplate, places: Places, pushes: Pushes) -> None:
        self._baseplate = baseplate
        self._places = places
        self._pushes = pushes
        self._requests = Resources(baseplate, PULL_REQUEST)

    def create_pull_request(self, context: Context, request: Shape) -> Shape:
        make = lambda: self._create(context, request)  # noqa: E731
        token = request.get("clientRequestToken")
        return self._baseplate.once(context, "codecommit:CreatePullRequest", token, make)

    def get_pull_request(self, context: Context, request: Shape) -> Shape:
        return {"pullRequest": self._requests.get(context, request["pullRequestId"]).document}

    def list_pull_requests(self, context: Context, request: Shape) -> Shape:
        """The newest first."""
        self._places.repository(context, request["repositoryName"])
        wanted = {"pullRequestStatus": request.get("pullRequestStatus"), "authorArn": request.get("authorArn")}
        found = [
            one.name
            for one in self._requests.all(context)
            if _target(one)["repositoryName"] == request["repositoryName"]
            and all(value in (None, one.document[member]) for member, value in wanted.items())
        ]
        return {"pullRequestIds": found[::-1]}

    def update_pull_request_title(self, context: Context, request: Shape) -> Shape:
        return self._update(context, request, title=request["title"])

    def update_pull_request_description(self, context: Context, request: Shape) -> Shape:
        return self._update(context, request, description=request["description"])

    def update_pull_request_status(self, context: Context, request: Shape) -> Shape:
        """OPEN to CLOSED; what is closed stays so."""
        if request["pullRequestStatus"] == "OPEN":
            message = "pullRequestStatus: a pull request can be closed; one that is closed cannot be opened again"
            raise Refused("InvalidPullRequestStatusUpdateException", message)
        with self._requests.change(context, request["pullRequestId"]) as found:
            found.document |= {"pullRequestStatus": "CLOSED", "lastActivityDate": clock.now()}
            tell(context, found, "pullRequestStatusChanged")
        return {"pullRequest": found.document}

    def merge_pull_request_by_fast_forward(self, context: Context, request: Shape) -> Shape:
        return self._merge(context, request, FAST_FORWARD)

    def merge_pull_request_by_squash(self, context: Context, request: Shape) -> Shape:
        return self._merge(context, request, SQUASH)

    def merge_pull_request_by_three_way(self, context: Context, request: Shape) -> Shape:
        return self._merge(context, request, THREE_WAY)

    def branch_moved(self, context: Context, repository: Repository, move: Move) -> None:
        """A push to the source of an open pull request makes a new revision, without the approvals of the old one."""
        for found in self._requests.all(context):
            target = _target(found)
            if found.document["pullRequestStatus"] != "OPEN" or target["repositoryName"] != repository.name:
                continue
            if target["sourceReference"] == move.reference and move.new != ZERO:
                target |= {"sourceCommit": move.new, **_base(repository, move.new, target["destinationCommit"])}
                found.document |= {"revisionId": _revision(), "lastActivityDate": clock.now()}
                found.private["approvals"] = {}
                self._requests.save(found)
                tell(context, found, "pullRequestSourceBranchUpdated")

    def _create(self, context: Context, request: Shape) -> Shape:
        if len(request["targets"]) != 1:
            raise Refused("InvalidTargetsException", "targets: a pull request has exactly one")
        target = self._new_target(context, request["targets"][0])
        now = clock.now()
        document = {
            "title": request["title"],
            "description": request.get("description", ""),
            "lastActivityDate": now,
            "pullRequestStatus": "OPEN",
            "authorArn": context.principal,
            "pullRequestTargets": [target],
            "clientRequestToken": request.get("clientRequestToken", ""),
            "revisionId": _revision(),
            "approvalRules": [],
        }
        with self._baseplate.store.write():
            made = self._requests.create(context, self._next_id(context), document, private={"approvals": {}})
            tell(context, made, "pullRequestCreated")
        return {"pullRequest": made.document}

    def _new_target(self, context: Context, asked: Shape) -> Shape:
        repository = self._places.repository(context, asked["repositoryName"])
        source = asked["sourceReference"].removeprefix(_HEADS)
        destination = asked.get("destinationReference", repository.default_branch).removeprefix(_HEADS)
        if source == destination:
            message = f"targets: {source} is the source and the destination"
            raise Refused("SourceAndDestinationAreSameException", message)
        try:
            commits = {"sourceCommit": branch_tip(repository, source)}
            commits["destinationCommit"] = branch_tip(repository, destination)
        except Refused as error:
            raise Refused("ReferenceDoesNotExistException", f"targets: {error.message}") from None
        return {
            "repositoryName": repository.name,
            "sourceReference": _HEADS + source,
            "destinationReference": _HEADS + destination,
            **commits,
            **_base(repository, commits["sourceCommit"], commits["destinationCommit"]),
            "mergeMetadata": {"isMerged": False},
        }

    def _next_id(self, context: Context) -> str:
        """Numbers count up in an account and region; nothing ever goes."""
        table = schema.resources
        place = (table.c.account == context.account, table.c.region == context.region)
        query = select(func.count()).where(*place, table.c.kind == PULL_REQUEST.key)
        with self._baseplate.store.read() as connection:
            return str((connection.scalar(query) or 0) + 1)

    def _update(self, context: Context, request: Shape, **changes: str) -> Shape:
        with self._requests.change(context, request["pullRequestId"]) as found:
            check_open(found)
            found.document |= {**changes, "lastActivityDate": clock.now()}
        return {"pullRequest": found.document}

    def _merge(self, context: Context, request: Shape, option: str) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        check_open(found)
        target = _target(found)
        if target["repositoryName"] != request["repositoryName"]:
            message = f"repositoryName: pull request {found.name} is one of {target['repositoryName']}"
            raise Refused("RepositoryNotAssociatedWithPullRequestException", message)
        if not evaluation(found)["approved"]:
            message = f"Pull request {found.name} is not approved as its rules ask for"
            raise Refused("PullRequestApprovalRulesNotSatisfiedException", message)
        repository = self._places.repository(context, target["repositoryName"])
        source = branch_tip(repository, target["sourceReference"].removeprefix(_HEADS))
        if request.get("sourceCommitId", source) != source:
            message = f"sourceCommitId: the tip of {target['sourceReference']} is {source}"
            raise Refused("TipOfSourceReferenceIsDifferentException", message)
        tip = branch_tip(repository, target["destinationReference"].removeprefix(_HEADS))
        of = merging.sides(repository.git, source, tip)
        made = make_merge(context, repository, of, request, option)
        move_branch(
            self._pushes, context, repository, Move(target["destinationReference"], tip, made.commit), of, option
        )
        with self._requests.change(context, found.name) as merged:
            metadata = {"isMerged": True, "mergedBy": context.principal, "mergeCommitId": made.commit}
            _target(merged)["mergeMetadata"] = {**metadata, "mergeOption": option}
            merged.document |= {"pullRequestStatus": "CLOSED", "lastActivityDate": clock.now()}
            tell(context, merged, "pullRequestMergeStatusUpdated")
        return {"pullRequest": merged.document}


def check_open(pull_request: Resource) -> None:
    if pull_request.document["pullRequestStatus"] != "OPEN":
        raise Refused("PullRequestAlreadyClosedException", f"Pull request {pull_request.name} is closed")


def _target(pull_request: Resource) -> Shape:
    target: Shape = pull_request.document["pullRequestTargets"][0]
    return target


def _base(repository: Repository, source: str, destination: str) -> Shape:
    base = merging.sides(repository.git, source, destination).base
    return {} if base == ZERO else {"mergeBase": base}


def _revision() -> str:
    return (naming.unique_id() + naming.unique_id()).replace("-", "")


def tell(context: Context, pull_request: Resource, event: str, **more: str) -> None:
    """Emit an event of a pull request, with what is special to it."""
    document, target = pull_request.document, _target(pull_request)
    detail = {
        "event": event,
        "pullRequestId": pull_request.name,
        "title": document["title"],
        "description": document["description"],
        "author": document["authorArn"],
        "callerUserArn": context.principal,
        "creationDate": _date(pull_request.created),
        "lastModifiedDate": _date(document["lastActivityDate"]),
        "pullRequestStatus": _STATUS[document["pullRequestStatus"]],
        "isMerged": str(target["mergeMetadata"]["isMerged"]),
        "repositoryNames": [target["repositoryName"]],
        "revisionId": document["revisionId"],
        "notificationBody": f"{event}: pull request {pull_request.name} of {target['repositoryName']}",
        **{name: target[name] for name in ("sourceReference", "sourceCommit", "destinationReference")},
        "destinationCommit": target["destinationCommit"],
        **more,
    }
    if option := target["mergeMetadata"].get("mergeOption"):
        detail["mergeOption"] = option
    arn = context.arn("codecommit", target["repositoryName"])
    context.emit("aws.codecommit", "CodeCommit Pull Request State Change", [arn], detail)


def _date(moment: float) -> str:
    """As the events have it: `Tue Jun 18 10:34:20 UTC 2019`."""
    return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(moment))
