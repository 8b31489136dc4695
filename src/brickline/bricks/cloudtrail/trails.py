"""Trails: made, described, switched on and off, and what they select."""

from __future__ import annotations

import re
from collections.abc import Callable

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.cloudtrail.kinds import TRAIL, find_trail
from brickline.bricks.cloudtrail.recorder import Recorder
from brickline.bricks.cloudtrail.selectors import DEFAULT

_SETTINGS = (
    "S3BucketName",
    "S3KeyPrefix",
    "SnsTopicName",
    "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail",
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "KmsKeyId",
    "IsOrganizationTrail",
)
_NAME = re.compile(r"(?!.*[._-]{2})[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]")


class Trails:
    """Create-, Update-, Delete-, Get-, Describe- and ListTrails; logging; event selectors."""

    def __init__(self, baseplate: Baseplate, recorder: Recorder) -> None:
        self._store = baseplate.store
        self._trails = Resources(baseplate, TRAIL)
        self._recorder = recorder

    def create_trail(self, context: Context, request: Shape) -> Shape:
        name = request["Name"]
        if not _NAME.fullmatch(name):
            raise Refused(
                "InvalidTrailNameException",
                f"Name: {name!r} is not 3 to 128 letters, digits, periods, underscores and dashes, "
                "beginning and ending with a letter or digit",
            )
        _check_bucket(context, request["S3BucketName"])
        document = {
            "IncludeGlobalServiceEvents": True,
            "IsMultiRegionTrail": False,
            "IsOrganizationTrail": False,
            **_settings(request),
            "HomeRegion": context.region,
            "HasCustomEventSelectors": False,
            "HasInsightSelectors": False,
        }
        private = {"selectors": {"EventSelectors": DEFAULT}, "status": {"IsLogging": False}}
        tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("TagsList", ())}
        with self._store.write():
            trail = self._trails.create(context, name, document, private=private, tags=tags)
            self._recorder.follow(trail)
        return trail.document

    def update_trail(self, context: Context, request: Shape) -> Shape:
        if "S3BucketName" in request:
            _check_bucket(context, request["S3BucketName"])
        return self._change(context, request["Name"], lambda trail: trail.document.update(_settings(request))).document

    def delete_trail(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            trail = find_trail(self._trails, context, request["Name"])
            self._trails.delete(trail)
            self._recorder.forget(trail)
        return {}

    def get_trail(self, context: Context, request: Shape) -> Shape:
        return {"Trail": find_trail(self._trails, context, request["Name"]).document}

    def describe_trails(self, context: Context, request: Shape) -> Shape:
        """Names that are not there are left out, as on AWS."""
        wanted = request.get("trailNameList")
        trails = [trail for trail in self._trails.all(context) if not wanted or {trail.name, trail.arn} & set(wanted)]
        return {"trailList": [trail.document for trail in trails]}

    def list_trails(self, context: Context, _request: Shape) -> Shape:
        members = ("TrailARN", "Name", "HomeRegion")
        return {
            "Trails": [{member: trail.document[member] for member in members} for trail in self._trails.all(context)]
        }

    def start_logging(self, context: Context, request: Shape) -> Shape:
        def start(trail: Resource) -> None:
            trail.private["status"] |= {"IsLogging": True, "StartLoggingTime": clock.now()}
            trail.unfinished = True

        self._change(context, request["Name"], start)
        return {}

    def stop_logging(self, context: Context, request: Shape) -> Shape:
        def stop(trail: Resource) -> None:
            trail.private["status"] |= {"IsLogging": False, "StopLoggingTime": clock.now()}
            trail.unfinished = False

        self._change(context, request["Name"], stop)
        return {}

    def get_trail_status(self, context: Context, request: Shape) -> Shape:
        status: Shape = find_trail(self._trails, context, request["Name"]).private["status"]
        return status

    def put_event_selectors(self, context: Context, request: Shape) -> Shape:
        """Basic or advanced ones; those that were there before are gone."""
        forms = ("EventSelectors", "AdvancedEventSelectors")
        selectors = {form: request[form] for form in forms if request.get(form)}
        if len(selectors) != 1:
            raise Refused("InvalidEventSelectorsException", "give one of EventSelectors and AdvancedEventSelectors")

        def put(trail: Resource) -> None:
            trail.private["selectors"] = selectors
            trail.document["HasCustomEventSelectors"] = True

        trail = self._change(context, request["TrailName"], put)
        return {"TrailARN": trail.arn, **selectors}

    def get_event_selectors(self, context: Context, request: Shape) -> Shape:
        trail = find_trail(self._trails, context, request["TrailName"])
        return {"TrailARN": trail.arn, **trail.private["selectors"]}

    def _change(self, context: Context, named: str, change: Callable[[Resource], None]) -> Resource:
        with self._store.write():
            trail = find_trail(self._trails, context, named)
            change(trail)
            self._trails.save(trail)
            self._recorder.follow(trail)
        return trail


class LoggingTrails:
    """The `Controller` of trails that log: there is nothing to drive, but the brick has to be there."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._trails = Resources(baseplate, TRAIL)

    def reconcile(self, _trail: Resource) -> float | None:
        return None

    def fail(self, _trail: Resource, error: Exception) -> None:
        raise error


def _settings(request: Shape) -> Shape:
    found = {member: request[member] for member in _SETTINGS if member in request}
    if "EnableLogFileValidation" in request:
        found["LogFileValidationEnabled"] = request["EnableLogFileValidation"]
    return found


def _check_bucket(context: Context, name: str) -> None:
    try:
        context.call("s3", "HeadBucket", Bucket=name)
    except Refused as refused:
        message = f"S3 bucket {name} does not exist: {refused.message}"
        raise Refused("S3BucketDoesNotExistException", message) from None
