"""Archives of events."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.events.archive import Archive
from brickline.bricks.events.kinds import ARCHIVE
from brickline.bricks.events.places import Places
from brickline.bricks.events.rules import check_pattern

_SETTINGS = ("Description", "EventPattern", "RetentionDays", "KmsKeyIdentifier")
_SHOWN = ("ArchiveArn", "State", "CreationTime")


class Archives:
    """CreateArchive, UpdateArchive, DeleteArchive, DescribeArchive, ListArchives."""

    def __init__(self, baseplate: Baseplate, places: Places, archive: Archive) -> None:
        self._store = baseplate.store
        self._archives = Resources(baseplate, ARCHIVE)
        self._places = places
        self._archive = archive

    def create_archive(self, context: Context, request: Shape) -> Shape:
        bus = self._places.place(context, request["EventSourceArn"]).bus
        check_pattern(request.get("EventPattern"))
        settings = {member: request[member] for member in _SETTINGS if member in request}
        document = {"RetentionDays": 0, **settings, "EventSourceArn": bus.arn, "State": "ENABLED"}
        with self._store.write():
            archive = self._archives.create(context, request["ArchiveName"], document)
            self._archive.follow(archive)
        return {member: archive.document[member] for member in _SHOWN}

    def update_archive(self, context: Context, request: Shape) -> Shape:
        check_pattern(request.get("EventPattern"))
        with self._archives.change(context, request["ArchiveName"]) as archive:
            archive.document |= {member: request[member] for member in _SETTINGS if member in request}
            self._archive.follow(archive)
        return {member: archive.document[member] for member in _SHOWN}

    def delete_archive(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            archive = self._archives.get(context, request["ArchiveName"])
            self._archives.delete(archive)
            self._archive.forget(archive)
        return {}

    def describe_archive(self, context: Context, request: Shape) -> Shape:
        archive = self._archives.get(context, request["ArchiveName"])
        return {**archive.document, **self._archive.sizes(archive)}

    def list_archives(self, context: Context, request: Shape) -> Shape:
        answer = self._archives.page(context, request)
        for document in answer["Archives"]:
            document |= self._archive.sizes(self._archives.get(context, document["ArchiveName"]))
        return answer
