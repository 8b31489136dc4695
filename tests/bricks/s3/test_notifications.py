"""What a bucket tells functions of: which events, of which keys, in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.schema import dispatches
from brickline.bricks.s3.notifications import wanted

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def configuration(*events: str, **rules: str) -> dict[str, Any]:
    given = {"Key": {"FilterRules": [{"Name": name, "Value": value} for name, value in rules.items()]}}
    return {
        "LambdaFunctionConfigurations": [
            {"Id": "c", "LambdaFunctionArn": FUNCTION, "Events": list(events), "Filter": given}
        ]
    }


@pytest.mark.parametrize(
    ("asked", "rules", "name", "key", "expected"),
    [
        ("s3:ObjectCreated:*", {}, "ObjectCreated:Put", "k", True),
        ("s3:ObjectCreated:*", {}, "ObjectCreated:CompleteMultipartUpload", "k", True),
        ("s3:ObjectCreated:*", {}, "ObjectRemoved:Delete", "k", False),
        ("s3:ObjectCreated:Put", {}, "ObjectCreated:Put", "k", True),
        ("s3:ObjectCreated:Put", {}, "ObjectCreated:Copy", "k", False),
        ("s3:ObjectRemoved:DeleteMarkerCreated", {}, "ObjectRemoved:Delete", "k", False),
        ("s3:ObjectCreated:*", {"prefix": "data/"}, "ObjectCreated:Put", "data/k", True),
        ("s3:ObjectCreated:*", {"prefix": "data/"}, "ObjectCreated:Put", "k/data/", False),
        ("s3:ObjectCreated:*", {"suffix": ".csv"}, "ObjectCreated:Put", "k.csv", True),
        ("s3:ObjectCreated:*", {"suffix": ".csv"}, "ObjectCreated:Put", "k.CSV", False),
        ("s3:ObjectCreated:*", {"Prefix": "a", "Suffix": "z"}, "ObjectCreated:Put", "a-z", True),
        ("s3:ObjectCreated:*", {"Prefix": "a", "Suffix": "z"}, "ObjectCreated:Put", "a-y", False),
    ],
)
def test_which_are_wanted(asked: str, rules: dict[str, str], name: str, key: str, expected: bool) -> None:
    assert bool(list(wanted(configuration(asked, **rules), name, key))) is expected


def test_an_upload_orders_the_function_with_its_record(baseplate: Baseplate) -> None:
    context = baseplate.context()
    context.call("s3", "CreateBucket", Bucket="flights")
    given = configuration("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    context.call("s3", "PutBucketNotificationConfiguration", Bucket="flights", NotificationConfiguration=given)
    context.call("s3", "PutObject", Bucket="flights", Key="2026/a b+ü.csv", Body=b"four")
    context.call("s3", "DeleteObject", Bucket="flights", Key="2026/a b+ü.csv")
    with baseplate.store.read() as connection:
        put, delete = connection.execute(select(dispatches).order_by(dispatches.c.id)).all()
    assert (put.origin, put.target) == ("arn:aws:s3:::flights", FUNCTION)
    [record] = json.loads(put.payload)["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert record["s3"]["configurationId"] == "c"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::flights"
    assert record["s3"]["object"]["key"] == "2026/a+b%2B%C3%BC.csv"
    assert record["s3"]["object"]["size"] == 4
    assert record["s3"]["object"]["eTag"] == "8cbad96aced40b3838dd9f07f6ef5772"
    assert json.loads(delete.payload)["Records"][0]["eventName"] == "ObjectRemoved:Delete"
    event = baseplate.bus.event(put.cause)
    assert (event["detail-type"], event["detail"]["object"]["key"]) == ("Object Created", "2026/a b+ü.csv")


def test_an_upload_that_fails_orders_nothing(baseplate: Baseplate) -> None:
    context = baseplate.context()
    context.call("s3", "CreateBucket", Bucket="flights")
    given = configuration("s3:ObjectCreated:*")
    context.call("s3", "PutBucketNotificationConfiguration", Bucket="flights", NotificationConfiguration=given)
    with pytest.raises(Refused, match="NoSuchKey"):
        context.call("s3", "PutObject", Bucket="flights", Key="k", Body=b"x", IfMatch='"other"')
    with baseplate.store.read() as connection:
        assert connection.execute(select(dispatches)).all() == []


def test_a_function_runs_by_a_notification(make_baseplate: Callable[..., Baseplate]) -> None:
    from tests.bricks.awslambda.conftest import Functions

    baseplate = make_baseplate()
    baseplate.start()
    functions = Functions(baseplate.context())
    functions.create("def handler(event, context): print('got', event['Records'][0]['s3']['object']['key'])")
    functions.context.call("s3", "CreateBucket", Bucket="flights")
    given = configuration("s3:ObjectCreated:*", suffix=".csv")
    functions.context.call(
        "s3", "PutBucketNotificationConfiguration", Bucket="flights", NotificationConfiguration=given
    )
    functions.context.call("s3", "PutObject", Bucket="flights", Key="no.txt", Body=b"x")
    functions.context.call("s3", "PutObject", Bucket="flights", Key="yes.csv", Body=b"x")
    assert [line.strip() for line in functions.log("got ") if "got " in line] == ["got yes.csv"]
