"""Changes of sources that start pipelines: events say of them, so nothing is polled.

A pipeline with PollForSourceChanges, or with a trigger, watches its sources; a watch belongs to the source that it is
of, so that an event finds those of its repository or bucket at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import func, select

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.schema import outbox
from brickline.bricks.codepipeline.declaration import Action, Declaration
from brickline.bricks.codepipeline.git_filters import Push, starts
from brickline.bricks.codepipeline.kinds import WATCH
from brickline.bricks.codepipeline.records import Records
from brickline.bricks.codepipeline.remotes import stand_in
from brickline.bricks.codepipeline.starts import Starts

log = logging.getLogger(__name__)

_PUSHED = ("referenceCreated", "referenceUpdated")


class Watches:
    """Which pipelines watch which sources."""

    def __init__(self, baseplate: Baseplate, records: Records) -> None:
        self._watches = Resources(baseplate, WATCH)
        self._records = records

    def follow(self, context: Context, pipeline: Resource, declaration: Declaration) -> None:
        """Watch the sources of a declaration, and no longer those of the one before."""
        self.forget(context, pipeline)
        sources: dict[str, list[Shape]] = {}
        for source, private in _watched(declaration):
            sources.setdefault(source, []).append(private)
        pipeline.private["watched"] = list(sources)
        self._records.pipelines.keep(pipeline)
        for source, found in sources.items():
            private = {"sources": found, "after": self._last_event()}
            self._watches.create(context, pipeline.name, {}, parent=source, private=private)

    def forget(self, context: Context, pipeline: Resource) -> None:
        for source in pipeline.private.get("watched", ()):
            if watch := self._watches.find(context, pipeline.name, source):
                self._watches.delete(watch)

    def of(self, context: Context, source: str, seq: int) -> list[tuple[str, list[Shape]]]:
        """The pipelines that watched a source when an event was emitted, and their actions that do."""
        found = self._watches.all(context, source)
        return [(watch.name, watch.private["sources"]) for watch in found if seq > watch.private["after"]]

    def _last_event(self) -> int:
        """What happened before the watch began may be told of later."""
        with self._records.store.read() as connection:
            return connection.scalar(select(func.max(outbox.c.seq))) or 0


class Changes:
    """The brick's listener."""

    def __init__(self, baseplate: Baseplate, watches: Watches, starts: Starts) -> None:
        self._baseplate = baseplate
        self._watches = watches
        self._starts = starts

    def listen(self, events: list[Shape]) -> None:
        for event in events:
            if event["source"] == "aws.codecommit" and event["detail"].get("event") in _PUSHED:
                self._pushed(event)
            elif event["source"] == "aws.s3" and event["detail-type"] == "Object Created":
                detail = event["detail"]
                self._written(event, detail["bucket"]["name"], detail["object"]["key"])

    def _written(self, event: Shape, bucket: str, key: str) -> None:
        for pipeline, sources in self._watches.of(self._context(event), f"s3:{bucket}", event["seq"]):
            if any(source["key"] == key for source in sources):
                self._start(event, pipeline, "PollForSourceChanges", {})

    def _pushed(self, event: Shape) -> None:
        detail = event["detail"]
        repository, kind, name = detail["repositoryName"], detail["referenceType"], detail["referenceName"]
        for pipeline, sources in self._watches.of(self._context(event), f"codecommit:{repository}", event["seq"]):
            if kind == "branch" and any(source["branch"] == name for source in sources):
                self._start(event, pipeline, "PollForSourceChanges", {})
        for pipeline, sources in self._watches.of(self._context(event), f"connection:{repository}", event["seq"]):
            push = self._push(event, sources)
            wanted = [source for source in sources if starts(source["git"], push, source["branch"])]
            if wanted:
                self._start(event, pipeline, "WebhookV2", _revisions(event, wanted))

    def _push(self, event: Shape, sources: list[Shape]) -> Push:
        """Files are asked for only where a filter asks for them."""
        detail = event["detail"]
        if detail["referenceType"] == "tag":
            return Push(tag=detail["referenceName"])
        is_asked = any("filePaths" in one for source in sources for one in source["git"].get("push") or ())
        return Push(branch=detail["referenceName"], files=self._files(event) if is_asked else ())

    def _files(self, event: Shape) -> list[str]:
        """The paths that differ from the branch's last commit, all of them where it is new."""
        detail = event["detail"]
        request = {"repositoryName": detail["repositoryName"], "afterCommitSpecifier": detail["commitId"]}
        if old := detail.get("oldCommitId"):
            request["beforeCommitSpecifier"] = old
        found: list[str] = []
        while True:
            page = self._context(event).call("codecommit", "GetDifferences", **request)
            for one in page.get("differences") or ():
                found += {one[side]["path"] for side in ("beforeBlob", "afterBlob") if side in one}
            if "NextToken" not in page:
                return found
            request["NextToken"] = page["NextToken"]

    def _start(self, event: Shape, pipeline: str, trigger: str, request: Shape) -> None:
        """Once for an event. Nobody has asked for the start: one that is refused can only be told of in the log."""
        request = {**request, "name": pipeline, "clientRequestToken": f"change:{event['id']}"}
        try:
            self._starts.start(self._context(event), request, trigger, "")
        except Refused as refused:
            log.warning("pipeline %s is not started by event %s: %s", pipeline, event["id"], refused)

    def _context(self, event: Shape) -> Context:
        return self._baseplate.context(event["account"], event["region"], "codepipeline.amazonaws.com", event["id"])


def _watched(declaration: Declaration) -> Iterator[tuple[str, Shape]]:
    """Each source of which changes start the pipeline, by what it is of."""
    triggers = {
        one["gitConfiguration"]["sourceActionName"]: one["gitConfiguration"]
        for one in declaration.declared.get("triggers") or ()
    }
    for action in declaration.sources:
        configuration = action.configuration
        if action.provider == "CodeStarSourceConnection":
            if action.name in triggers or configuration.get("DetectChanges", "true") == "true":
                git = triggers.get(action.name, {})
                repository = stand_in(configuration["FullRepositoryId"])
                yield f"connection:{repository}", _source(action, git=git)
        elif configuration.get("PollForSourceChanges", "true") == "true" and not triggers:
            yield _polled(action)


def _polled(action: Action) -> tuple[str, Shape]:
    configuration = action.configuration
    if action.provider == "S3":
        return f"s3:{configuration['S3Bucket']}", _source(action, key=configuration["S3ObjectKey"])
    return f"codecommit:{configuration['RepositoryName']}", _source(action)


def _source(action: Action, **members: object) -> Shape:
    return {"action": action.name, "branch": action.configuration.get("BranchName", ""), **members}


def _revisions(event: Shape, sources: list[Shape]) -> Shape:
    """A trigger's execution takes what was pushed, whichever branch or tag it is of."""
    commit = event["detail"]["commitId"]
    return {
        "sourceRevisions": [
            {"actionName": source["action"], "revisionType": "COMMIT_ID", "revisionValue": commit} for source in sources
        ]
    }
