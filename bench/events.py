"""EventBridge: how many events a second go through a thousand rules, and how soon an upload runs a function."""

from __future__ import annotations

import io
import json
import random
import statistics
import time
import zipfile
from collections.abc import Iterator
from typing import Any

from bench.measures import Row, each, milliseconds
from bench.servers import Server
from brickline.bricks.events.patterns import PatternIndex, fields_of, parse_pattern

ROLE = "arn:aws:iam::123456789012:role/MLOps-LambdaRole"
RULES = 1000
GROUP = "/bench/events"
BATCH = 10
SLOWER = 100
"""The peer gets so many times fewer events: a rate is a rate."""

FUNCTION = (
    "import time\ndef handler(event, context):\n    print('ran', event['detail']['object']['key'], time.time())\n"
)


def measure(contenders: list[Server], full: bool) -> list[Row]:
    """`contenders` are Brickline and a peer. Each event matches one rule of a thousand, which writes it to a log."""
    ours, *peers = contenders
    count = 100_000 if full else 10_000
    figures = {ours.name: _through_rules(ours, count)}
    figures |= {peer.name: _through_rules(peer, count // SLOWER) for peer in peers}
    what = ("events a second through 1,000 rules into a log", "PutEvents with 10 events", "the last event's way")
    rows = [Row(name, {who: found[name] for who, found in figures.items()}) for name in what]
    rows.append(Row("S3 upload to Lambda code running, warm", {ours.name: _upload_to_function(ours)}, "p50 < 20 ms"))
    rows.append(Row("one event against the rules of a bus, in memory", {ours.name: _matching()}))
    return rows


def _through_rules(server: Server, count: int) -> dict[str, str]:
    events, logs = server.client("events"), server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    for number in range(RULES):
        _put_rule(events, f"bench-{number}", {"source": ["bench"], "detail": {"kind": [f"kind-{number}"]}})
    chance, taken, began = random.Random(1), [], time.perf_counter()
    for batch in _batches(count, chance):
        started = time.perf_counter()
        assert events.put_events(Entries=batch)["FailedEntryCount"] == 0
        taken.append(time.perf_counter() - started)
    put = time.perf_counter()
    _wait_for(logs, count)
    ended = time.perf_counter()
    return {
        "events a second through 1,000 rules into a log": f"{count / (ended - began):,.0f}",
        "PutEvents with 10 events": milliseconds(taken),
        "the last event's way": f"{(ended - put) * 1e3:.0f} ms",
    }


def _put_rule(events: Any, name: str, pattern: Any) -> None:
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    events.put_targets(Rule=name, Targets=[{"Id": "log", "Arn": arn}])


def _batches(count: int, chance: random.Random) -> Iterator[list[dict[str, str]]]:
    for first in range(0, count, BATCH):
        yield [
            {
                "Source": "bench",
                "DetailType": "Tick",
                "Detail": json.dumps({"kind": f"kind-{chance.randrange(RULES)}", "n": first + number}),
            }
            for number in range(BATCH)
        ]


def _wait_for(logs: Any, count: int) -> None:
    """Returns when the log has so many events; the last one is looked for by its number."""
    last = f"{{ $.detail.n = {count - 1} }}"
    while not logs.filter_log_events(logGroupName=GROUP, filterPattern=last, limit=1)["events"]:
        time.sleep(0.05)


def _upload_to_function(server: Server, rounds: int = 200) -> str:
    s3, functions, events, logs = (server.client(name) for name in ("s3", "lambda", "events", "logs"))
    arn = functions.create_function(
        FunctionName="bench", Runtime="python3.11", Role=ROLE, Handler="app.handler", Code={"ZipFile": _zip(FUNCTION)}
    )["FunctionArn"]
    s3.create_bucket(Bucket="bench-events")
    s3.put_bucket_notification_configuration(
        Bucket="bench-events", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events.put_rule(Name="upload", EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule="upload", Targets=[{"Id": "f", "Arn": arn}])
    uploaded: dict[str, float] = {}
    for number in range(rounds + 1):
        uploaded[f"k{number}"] = time.time()
        s3.put_object(Bucket="bench-events", Key=f"k{number}", Body=b"x")
        time.sleep(5 if number == 0 else 0.05)  # the first one starts the sandbox
    ran: dict[str, float] = {}
    while len(ran) < rounds + 1:
        time.sleep(0.1)
        ran = _ran(logs)
    return milliseconds([ran[key] - uploaded[key] for key in uploaded if key != "k0"])


def _ran(logs: Any) -> dict[str, float]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/bench", filterPattern="ran")
    words = [event["message"].split() for page in pages for event in page["events"]]
    return {key: float(moment) for _, key, moment in words}


def _zip(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()


def _matching() -> str:
    return ", ".join(f"{count:,} rules {_matching_among(count):.0f} µs" for count in (10, 1_000, 10_000))


def _matching_among(count: int) -> float:
    index: PatternIndex[int] = PatternIndex()
    for number in range(count):
        index.put(number, parse_pattern(json.dumps({"source": ["bench"], "detail": {"kind": [f"kind-{number}"]}})))
    event = {"source": "bench", "detail-type": "Tick", "detail": {"kind": f"kind-{count - 1}", "n": 1}}
    return statistics.median(each(2000, lambda: index.matching(fields_of(event)))) * 1e6
