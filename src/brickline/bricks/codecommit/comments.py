"""Comments on pull requests and on compared commits, and replies to them."""

from __future__ import annotations

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codecommit.kinds import COMMENT, PULL_REQUEST
from brickline.bricks.codecommit.places import Places, commit_at

_LONGEST = 10_240
_PLACE = ("pullRequestId", "repositoryName", "beforeCommitId", "afterCommitId", "location")


class Comments:
    """A comment's thread is its parent: the pull request, or the pair of commits, that it is about."""

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._baseplate = baseplate
        self._places = places
        self._comments = Resources(baseplate, COMMENT)
        self._requests = Resources(baseplate, PULL_REQUEST)

    def post_comment_for_pull_request(self, context: Context, request: Shape) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        comment = self._post(context, request, f"pull-request/{found.name}", "CodeCommit Comment on Pull Request")
        return {**_place(request), "comment": comment.document}

    def post_comment_for_compared_commit(self, context: Context, request: Shape) -> Shape:
        comment = self._post(context, request, _compared(request), "CodeCommit Comment on Commit")
        return {**_place(request), "comment": comment.document}

    def post_comment_reply(self, context: Context, request: Shape) -> Shape:
        asked = self._get(context, request["inReplyTo"])
        place = {**asked.private["place"], **request}
        reply = self._post(context, place, asked.private["thread"], asked.private["event"], replies_to=asked)
        return {"comment": reply.document}

    def get_comment(self, context: Context, request: Shape) -> Shape:
        return {"comment": self._get(context, request["commentId"]).document}

    def get_comments_for_pull_request(self, context: Context, request: Shape) -> Shape:
        found = self._requests.get(context, request["pullRequestId"])
        return {"commentsForPullRequestData": self._threads(context, f"pull-request/{found.name}")}

    def get_comments_for_compared_commit(self, context: Context, request: Shape) -> Shape:
        return {"commentsForComparedCommitData": self._threads(context, _compared(request))}

    def update_comment(self, context: Context, request: Shape) -> Shape:
        """Only whoever has written it."""
        with self._comments.change(context, request["commentId"]) as comment:
            if comment.document["authorArn"] != context.principal:
                message = f"commentId: {comment.name} is by {comment.document['authorArn']}"
                raise Refused("CommentNotCreatedByCallerException", message)
            _check_there(comment)
            comment.document["content"] = _checked(request["content"])
        return {"comment": comment.document}

    def delete_comment_content(self, context: Context, request: Shape) -> Shape:
        """The comment stays, for those that reply to it."""
        with self._comments.change(context, request["commentId"]) as comment:
            _check_there(comment)
            comment.document.pop("content")
            comment.document["deleted"] = True
        return {"comment": comment.document}

    def _post(
        self, context: Context, request: Shape, thread: str, event: str, replies_to: Resource | None = None
    ) -> Resource:
        repository = self._places.repository(context, request["repositoryName"])
        for member in ("beforeCommitId", "afterCommitId"):
            if request.get(member):
                commit_at(repository, request[member])
        document = {
            "content": _checked(request["content"]),
            "authorArn": context.principal,
            "deleted": False,
            "clientRequestToken": request.get("clientRequestToken", ""),
            **({"inReplyTo": replies_to.name} if replies_to else {}),
        }
        root = replies_to.private["root"] if replies_to else ""
        private = {"thread": thread, "event": event, "place": _place(request), "root": root}
        with self._baseplate.store.write():
            made = self._comments.create(context, naming.unique_id(), document, private=private)
            detail = {
                "callerUserArn": context.principal,
                "commentId": made.name,
                "event": f"commentOn{'PullRequest' if thread.startswith('pull') else 'Commit'}Created",
                "repositoryId": repository.resource.document["repositoryId"],
                "repositoryName": repository.name,
                **{name: value for name, value in _place(request).items() if isinstance(value, str)},
                **({"inReplyTo": replies_to.name} if replies_to else {}),
            }
            context.emit("aws.codecommit", event, [repository.resource.arn], detail)
        return made

    def _threads(self, context: Context, thread: str) -> list[Shape]:
        """A comment and its replies together, the oldest first."""
        found: dict[str, Shape] = {}
        for comment in self._comments.all(context):
            if comment.private["thread"] == thread:
                root = comment.private["root"] or comment.name
                found.setdefault(root, {**comment.private["place"], "comments": []})
                found[root]["comments"].append(comment.document)
        return list(found.values())

    def _get(self, context: Context, comment_id: str) -> Resource:
        comment = self._comments.get(context, comment_id)
        comment.private["root"] = comment.private["root"] or comment.name
        return comment


def _place(request: Shape) -> Shape:
    return {member: request[member] for member in _PLACE if request.get(member)}


def _compared(request: Shape) -> str:
    return f"{request['repositoryName']}/{request.get('beforeCommitId', '')}/{request['afterCommitId']}"


def _checked(content: str) -> str:
    if not content.strip():
        raise Refused("CommentContentRequiredException", "content: write something")
    if len(content) > _LONGEST:
        raise Refused("CommentContentSizeLimitExceededException", f"content: {_LONGEST} characters at most")
    return content


def _check_there(comment: Resource) -> None:
    if comment.document["deleted"]:
        raise Refused("CommentDeletedException", f"commentId: the content of {comment.name} has been deleted")
