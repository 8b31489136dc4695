"""What a target gets of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.bricks.events.shaping import (
    MISSING,
    BadPath,
    BadTemplate,
    NotShaped,
    RuleNames,
    Template,
    shaped_input,
    shaped_parameters,
    value_at,
)

RULE = RuleNames("arn:aws:events:us-east-1:123456789012:rule/r", "r", "2026-11-23T10:00:00Z")
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "7bf73129",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "resources": ["arn:a", "arn:b"],
    "detail": {
        "instance": "i-0123",
        "state": "RUNNING",
        "count": 5,
        "ratio": 1.5,
        "ok": True,
        "none": None,
        "tags": {"a": "x", "b": 1},
        "list": ["p", "q", 3],
        "quote": 'say "hi"',
        "deep": {"er": {"est": "bottom"}},
    },
}

PATHS: list[tuple[str, Any]] = [
    ("$", EVENT),
    ("$.source", "aws.ec2"),
    ("$.detail-type", "EC2 Instance State-change Notification"),
    ("$['detail-type']", "EC2 Instance State-change Notification"),
    ('$.detail["state"]', "RUNNING"),
    ("$.detail.deep.er.est", "bottom"),
    ("$.resources", ["arn:a", "arn:b"]),
    ("$.resources[0]", "arn:a"),
    ("$.resources[1]", "arn:b"),
    ("$.resources[2]", MISSING),
    ("$.detail.list[2]", 3),
    ("$.detail.none", None),
    ("$.detail.missing", MISSING),
    ("$.detail.state.deeper", MISSING),
    ("$.source[0]", MISSING),
    ("$.missing.deeper[0]", MISSING),
]


@pytest.mark.parametrize(("path", "expected"), PATHS, ids=[path for path, _ in PATHS])
def test_a_path(path: str, expected: Any) -> None:
    assert value_at(EVENT, path) == expected


@pytest.mark.parametrize(
    "path", ["", "detail", "$detail", "$.", "$..a", "$.a[", "$.a[x]", "$.a[-1]", "$.a b", "$['a]", "@.a"]
)
def test_a_path_that_is_none(path: str) -> None:
    with pytest.raises(BadPath):
        value_at(EVENT, path)


V = {
    "i": "$.detail.instance",
    "s": "$.detail.state",
    "n": "$.detail.count",
    "r": "$.detail.ratio",
    "ok": "$.detail.ok",
    "none": "$.detail.none",
    "tags": "$.detail.tags",
    "list": "$.detail.list",
    "q": "$.detail.quote",
    "m": "$.detail.missing",
}

TEMPLATES: list[tuple[str, str]] = [
    # a string in quotes
    ('"<i> is <s>"', '"i-0123 is RUNNING"'),
    ('"<n> of <r>, <ok>"', '"5 of 1.5, true"'),
    ('"<none>"', '"null"'),
    ('"<m>"', '""'),
    ('"tags <tags>"', '"tags {a:x,b:1}"'),
    ('"list <list>"', '"list [p,q,3]"'),
    ('"a \\"<i>\\" b"', '"a \\"i-0123\\" b"'),
    ('"no placeholder"', '"no placeholder"'),
    # text without quotes becomes a string
    ("<i> is in state <s>", '"i-0123 is in state RUNNING"'),
    ("<tags>", '"{a:x,b:1}"'),
    # JSON, placeholders as values
    ('{"instance": <i>}', '{"instance": "i-0123"}'),
    ('{"n": <n>, "r": <r>, "ok": <ok>, "none": <none>}', '{"n": 5, "r": 1.5, "ok": true, "none": null}'),
    ('{"tags": <tags>, "list": <list>}', '{"tags": {"a":"x","b":1}, "list": ["p","q",3]}'),
    ('{"m": <m>}', '{"m": null}'),
    ('{"q": <q>}', '{"q": "say \\"hi\\""}'),
    ("[<i>, <n>]", '["i-0123", 5]'),
    # JSON, placeholders inside strings
    ('{"text": "<i> is <s>"}', '{"text": "i-0123 is RUNNING"}'),
    ('{"text": "<n>"}', '{"text": "5"}'),
    ('{"text": "<m>"}', '{"text": ""}'),
    ('{"text": "<tags>"}', '{"text": "{a:x,b:1}"}'),
    ('{"a": {"b": ["<s>", <s>]}}', '{"a": {"b": ["RUNNING", "RUNNING"]}}'),
    ('{"text": "a \\"quoted\\" <i>"}', '{"text": "a \\"quoted\\" i-0123"}'),
    ('{"path": "C:\\\\", "i": <i>}', '{"path": "C:\\\\", "i": "i-0123"}'),
    (' \n{"i": <i>}', ' \n{"i": "i-0123"}'),
    # EventBridge's own names
    ('"<aws.events.rule-name>"', '"r"'),
    ('{"arn": <aws.events.rule-arn>}', f'{{"arn": "{RULE.arn}"}}'),
    ('{"at": "<aws.events.event.ingestion-time>"}', '{"at": "2026-11-23T10:00:00Z"}'),
]


@pytest.mark.parametrize(("template", "expected"), TEMPLATES, ids=[template for template, _ in TEMPLATES])
def test_a_template(template: str, expected: str) -> None:
    target = {"InputTransformer": {"InputPathsMap": V, "InputTemplate": template}}
    assert shaped_input(target, EVENT, RULE) == expected
    json.loads(expected)


def test_the_whole_event_in_a_template() -> None:
    template = '{"whole": <aws.events.event.json>, "frame": <aws.events.event>}'
    given = json.loads(shaped_input({"InputTransformer": {"InputTemplate": template}}, EVENT, RULE))
    assert given["whole"] == EVENT
    assert given["frame"] == {member: value for member, value in EVENT.items() if member != "detail"}


def test_a_quote_in_a_value_breaks_a_template_that_puts_it_into_a_string() -> None:
    target = {"InputTransformer": {"InputPathsMap": V, "InputTemplate": '{"text": "<q>"}'}}
    with pytest.raises(NotShaped, match="not JSON"):
        shaped_input(target, EVENT, RULE)


BAD_TEMPLATES: list[tuple[str, dict[str, str], str]] = [
    ('"<other>"', {}, "placeholder <other> is neither"),
    ('{"<i>": 1}', V, "cannot stand in the key"),
    ('{"a": }', V, "not a JSON document"),
    ('{"a": <i> <s>}', V, "not a JSON document"),
    ('{"a": <i>', V, "not a JSON document"),
    ('{"e": "<aws.events.event>"}', {}, "cannot stand inside quotes"),
    ('{"e": "<aws.events.event.json>"}', {}, "cannot stand inside quotes"),
    ('"<x>"', {"x": "detail"}, "does not begin with"),
    ('"<AWSx>"', {"AWSx": "$.detail"}, "reserved"),
    ('"<aws.x>"', {"aws.x": "$.detail"}, "reserved"),
]


@pytest.mark.parametrize(("template", "paths", "reason"), BAD_TEMPLATES, ids=[case[0] for case in BAD_TEMPLATES])
def test_a_template_that_is_refused(template: str, paths: dict[str, str], reason: str) -> None:
    with pytest.raises(BadTemplate, match=reason):
        Template(template, paths)


def test_the_other_inputs() -> None:
    assert json.loads(shaped_input({}, EVENT, RULE)) == EVENT
    assert shaped_input({"Input": '{"constant":  1}'}, EVENT, RULE) == '{"constant":  1}'
    assert shaped_input({"InputPath": "$.detail.tags"}, EVENT, RULE) == '{"a":"x","b":1}'
    assert shaped_input({"InputPath": "$.detail.state"}, EVENT, RULE) == '"RUNNING"'
    assert shaped_input({"InputPath": "$.detail.missing"}, EVENT, RULE) == "null"


def test_pipeline_parameters_are_looked_up_in_the_event() -> None:
    given = [
        {"Name": "State", "Value": "$.detail.state"},
        {"Name": "Count", "Value": "$.detail.count"},
        {"Name": "Constant", "Value": "5"},
        {"Name": "Price", "Value": "$.50"},
        {"Name": "None", "Value": "$.detail.missing"},
        {"Name": "Odd", "Value": "$.not a path"},
    ]
    target = {"Id": "t", "Arn": "a", "RoleArn": "role", "SageMakerPipelineParameters": {"PipelineParameterList": given}}
    parameters = shaped_parameters(target, EVENT)
    assert parameters["RoleArn"] == "role"
    filled = {
        each["Name"]: each["Value"] for each in parameters["SageMakerPipelineParameters"]["PipelineParameterList"]
    }
    assert filled == {"State": "RUNNING", "Count": "5", "Constant": "5", "Price": "", "None": "", "Odd": "$.not a path"}
    assert target["SageMakerPipelineParameters"] == {"PipelineParameterList": given}
