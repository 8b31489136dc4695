"""Event selectors: which API calls a trail wants. Pure. Source: API_PutEventSelectors, API_AdvancedFieldSelector."""

from __future__ import annotations

from dataclasses import dataclass

from brickline.baseplate.brick import Shape

DEFAULT = [
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
]
"""What a new trail has."""


@dataclass(frozen=True)
class Call:
    """An API call as selectors see it. `resource_type` and `resource_arn` are those of data events."""

    source: str
    name: str
    is_read_only: bool
    resource_type: str = ""
    resource_arn: str = ""

    @property
    def is_data(self) -> bool:
        return bool(self.resource_type)


def selects(selectors: Shape, call: Call) -> bool:
    """Whether a trail with these selectors (as GetEventSelectors shows them) wants the call."""
    if advanced := selectors.get("AdvancedEventSelectors"):
        return any(_all_fields(each["FieldSelectors"], call) for each in advanced)
    return any(_basic(each, call) for each in selectors.get("EventSelectors", ()))


def _basic(selector: Shape, call: Call) -> bool:
    wanted = selector.get("ReadWriteType", "All")
    if wanted != "All" and (wanted == "ReadOnly") != call.is_read_only:
        return False
    if not call.is_data:
        is_excluded = call.source in selector.get("ExcludeManagementEventSources", ())
        return bool(selector.get("IncludeManagementEvents", True)) and not is_excluded
    return any(
        each["Type"] == call.resource_type and call.resource_arn.startswith(value)
        for each in selector.get("DataResources", ())
        for value in each.get("Values", ())
    )


def _all_fields(fields: list[Shape], call: Call) -> bool:
    return all(_field(each, _value(each["Field"], call)) for each in fields)


def _value(field: str, call: Call) -> str:
    values = {
        "eventCategory": "Data" if call.is_data else "Management",
        "eventSource": call.source,
        "eventName": call.name,
        "readOnly": str(call.is_read_only).lower(),
        "resources.type": call.resource_type,
        "resources.ARN": call.resource_arn,
    }
    return values.get(field, "")


def _field(selector: Shape, value: str) -> bool:
    """Of one form any value is enough, and each form that is given has to hold."""
    tests = {
        "Equals": lambda wanted: value == wanted,
        "StartsWith": value.startswith,
        "EndsWith": value.endswith,
    }
    for form, test in tests.items():
        if selector.get(form) and not any(map(test, selector[form])):
            return False
        if any(map(test, selector.get(f"Not{form}") or ())):
            return False
    return True
