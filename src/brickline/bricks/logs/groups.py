"""Log groups: create, describe, delete, retention."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Listing, Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.schema import resources
from brickline.bricks.logs.refusals import invalid
from brickline.bricks.logs.schema import events, streams

GROUP = Kind(
    service="logs",
    name="log-group",
    name_member="logGroupName",
    arn_member="logGroupArn",
    arn="log-group:{name}",
    missing=("ResourceNotFoundException", "The specified log group does not exist: {name}"),
    taken=("ResourceAlreadyExistsException", "The specified log group already exists: {name}"),
    # Not a member of the API's: `creationTime` beside it has milliseconds.
    created_member="createdSeconds",
    listing=Listing(
        "logGroups",
        sort={"Name": "lookup"},
        default_sort="Name",
        default_order="Ascending",
        name_contains="logGroupNamePattern",
        prefix="logGroupNamePrefix",
        page=50,
        max_page=50,
        size="limit",
        token="nextToken",  # noqa: S106
        filters={
            "logGroupClass": lambda group, value: group.document["logGroupClass"] == value,
            "logGroupIdentifiers": lambda group, value: group.name in map(group_name, value),
        },
    ),
)

_DAY = 86_400_000
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def milliseconds() -> int:
    """Now, as this service tells time."""
    return int(clock.now() * 1000)


def group_name(identifier: str) -> str:
    """The name of a log group given by name or by ARN (with or without `:*` at its end)."""
    if not identifier.startswith("arn:"):
        return identifier
    return identifier.removesuffix(":*").split(":log-group:", 1)[-1]


def oldest_kept(group: Resource) -> int:
    """The time before which the group's events have passed its retention; 0 where they are kept for ever."""
    days = group.document.get("retentionInDays")
    return milliseconds() - days * _DAY if days else 0


def requested_group(groups: Resources, context: Context, request: Shape) -> Resource:
    """The group that a request names by `logGroupName` or `logGroupIdentifier`."""
    given = [request[member] for member in ("logGroupName", "logGroupIdentifier") if request.get(member)]
    if len(given) != 1:
        raise invalid("give one of logGroupName and logGroupIdentifier")
    return groups.get(context, group_name(given[0]))


class Groups:
    """The log groups of each account and region."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, GROUP)
        self._store = baseplate.store

    def create_log_group(self, context: Context, request: Shape) -> Shape:
        name = request["logGroupName"]
        document = {
            "creationTime": milliseconds(),
            "arn": f"{GROUP.arn_of(context, name)}:*",
            "metricFilterCount": 0,
            "logGroupClass": request.get("logGroupClass", "STANDARD"),
            "deletionProtectionEnabled": request.get("deletionProtectionEnabled", False),
            **({"kmsKeyId": request["kmsKeyId"]} if request.get("kmsKeyId") else {}),
        }
        self._groups.create(context, name, document, tags=dict(request.get("tags") or {}))
        return {}

    def describe_log_groups(self, context: Context, request: Shape) -> Shape:
        if request.get("logGroupNamePrefix") and request.get("logGroupNamePattern"):
            raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        answer = self._groups.page(context, request)
        sizes = self._stored_bytes([document["logGroupArn"] for document in answer["logGroups"]])
        for document in answer["logGroups"]:
            document["storedBytes"] = sizes.get(document["logGroupArn"], 0)
        return answer

    def delete_log_group(self, context: Context, request: Shape) -> Shape:
        with self._store.write() as connection:
            group = self._groups.get(context, request["logGroupName"])
            if group.document["deletionProtectionEnabled"]:
                raise invalid(f"logGroupName: {group.name} has deletion protection; switch it off first")
            for table in (events, streams):
                connection.execute(delete(table).where(table.c.group_id == group.id))
            self._groups.delete(group)
        return {}

    def put_log_group_deletion_protection(self, context: Context, request: Shape) -> Shape:
        with self._groups.change(context, group_name(request["logGroupIdentifier"])) as group:
            group.document["deletionProtectionEnabled"] = request["deletionProtectionEnabled"]
        return {}

    def put_retention_policy(self, context: Context, request: Shape) -> Shape:
        days = request["retentionInDays"]
        if days not in _RETENTIONS:
            raise invalid(f"retentionInDays: {days} is not one of {', '.join(map(str, _RETENTIONS))}")
        with self._groups.change(context, request["logGroupName"]) as group:
            group.document["retentionInDays"] = days
            self._drop_expired(group)
        return {}

    def delete_retention_policy(self, context: Context, request: Shape) -> Shape:
        with self._groups.change(context, request["logGroupName"]) as group:
            group.document.pop("retentionInDays", None)
        return {}

    def _drop_expired(self, group: Resource) -> None:
        with self._store.write() as connection:
            expired = (events.c.group_id == group.id, events.c.time < oldest_kept(group))
            connection.execute(delete(events).where(*expired))

    def _stored_bytes(self, arns: list[str]) -> dict[str, int]:
        query = (
            select(resources.c.arn, func.sum(streams.c.size))
            .join(streams, streams.c.group_id == resources.c.id)
            .where(resources.c.kind == GROUP.key, resources.c.arn.in_(arns))
            .group_by(resources.c.arn)
        )
        with self._store.read() as connection:
            return {arn: int(size) for arn, size in connection.execute(query)}
