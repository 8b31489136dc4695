"""Rules: which events, or which times, start what."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.schedules import BadSchedule, parse_schedule
from brickline.bricks.events import timetable
from brickline.bricks.events.kinds import DEFAULT_BUS
from brickline.bricks.events.patterns import BadPattern, parse_pattern
from brickline.bricks.events.places import Place, Places, rule_arn
from brickline.bricks.events.refusals import bad_pattern, invalid
from brickline.bricks.events.rulebook import Rulebook

_DEFINITION = ("EventPattern", "ScheduleExpression", "Description", "RoleArn")


class Rules:
    """PutRule, DescribeRule, DeleteRule, EnableRule, DisableRule, ListRules, ListRuleNamesByTarget."""

    def __init__(self, baseplate: Baseplate, places: Places, rulebook: Rulebook) -> None:
        self._store = baseplate.store
        self._places = places
        self._rulebook = rulebook

    def put_rule(self, context: Context, request: Shape) -> Shape:
        """Makes the rule, or replaces all of it but its targets and tags."""
        place = self._places.place(context, request.get("EventBusName"))
        _check_definition(request, place)
        definition = {member: request[member] for member in _DEFINITION if request.get(member)}
        definition["State"] = request.get("State", "ENABLED")
        with self._store.write():
            rule = self._places.rules.find(place.context, request["Name"], place.name)
            rule = self._changed(rule, definition) if rule else self._created(place, request, definition)
            self._rulebook.keep(rule)
        return {"RuleArn": rule.arn}

    def describe_rule(self, context: Context, request: Shape) -> Shape:
        return self._places.rule(context, request["Name"], request.get("EventBusName"))[1].document

    def delete_rule(self, context: Context, request: Shape) -> Shape:
        """Deleting what is not there succeeds."""
        place = self._places.place(context, request.get("EventBusName"))
        with self._store.write():
            rule = self._places.rules.find(place.context, request["Name"], place.name)
            if rule is None:
                return {}
            if rule.private["targets"]:
                raise invalid("Rule can't be deleted since it has targets.")
            self._places.rules.delete(rule)
            self._rulebook.forget(rule)
        return {}

    def enable_rule(self, context: Context, request: Shape) -> Shape:
        return self._switch(context, request, "ENABLED")

    def disable_rule(self, context: Context, request: Shape) -> Shape:
        return self._switch(context, request, "DISABLED")

    def list_rules(self, context: Context, request: Shape) -> Shape:
        place = self._places.place(context, request.get("EventBusName"))
        return self._places.rules.page(place.context, request, place.name)

    def list_rule_names_by_target(self, context: Context, request: Shape) -> Shape:
        place = self._places.place(context, request.get("EventBusName"))
        wanted, after = request["TargetArn"], request.get("NextToken", "")
        names = sorted(
            rule.name
            for rule in self._places.rules.all(place.context, place.name)
            if rule.name > after and any(target["Arn"] == wanted for target in rule.private["targets"])
        )
        page = names[: request.get("Limit", 100)]
        return {"RuleNames": page, **({"NextToken": page[-1]} if len(page) < len(names) else {})}

    def _created(self, place: Place, request: Shape, definition: Shape) -> Resource:
        name = request["Name"]
        rule = self._places.rules.create(
            place.context,
            name,
            {**definition, "EventBusName": place.name, "CreatedBy": place.context.account},
            parent=place.name,
            arn=rule_arn(place, name),
            private={"targets": []},
            tags={tag["Key"]: tag["Value"] for tag in request.get("Tags", ())},
        )
        if "ScheduleExpression" in definition:
            timetable.plan(rule)
            self._places.rules.save(rule)
        return rule

    def _changed(self, rule: Resource, definition: Shape) -> Resource:
        kept = {member: value for member, value in rule.document.items() if member not in _DEFINITION}
        rule.document = {**kept, **definition}
        timetable.plan(rule)
        self._places.rules.save(rule)
        return rule

    def _switch(self, context: Context, request: Shape, state: str) -> Shape:
        with self._store.write():
            _, rule = self._places.rule(context, request["Name"], request.get("EventBusName"))
            rule.document["State"] = state
            timetable.plan(rule)
            self._places.rules.save(rule)
            self._rulebook.keep(rule)
        return {}


def _check_definition(request: Shape, place: Place) -> None:
    pattern, schedule = request.get("EventPattern"), request.get("ScheduleExpression")
    if not pattern and not schedule:
        raise invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if schedule and place.name != DEFAULT_BUS:
        raise invalid("ScheduleExpression is supported only on the default event bus.")
    if schedule:
        _check_schedule(schedule)
    check_pattern(pattern)


def check_pattern(pattern: str | None) -> None:
    """Refused where a pattern is given and is none."""
    if not pattern:
        return
    try:
        parse_pattern(pattern)
    except BadPattern as error:
        raise bad_pattern(error) from None


def _check_schedule(expression: str) -> None:
    try:
        parse_schedule(expression)
    except BadSchedule as error:
        raise invalid(f"Parameter ScheduleExpression is not valid. Reason: {error}") from None
    if expression.startswith("at("):
        raise invalid(
            "Parameter ScheduleExpression is not valid. Reason: at() is for EventBridge Scheduler, not for rules"
        )
