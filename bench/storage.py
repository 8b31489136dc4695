"""S3: small and large objects, and a list."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Callable
from typing import Any

from bench.measures import Row, interleaved, milliseconds, rate
from bench.servers import Server

LARGE = 64 * 2**20
SMALL = 1024


def measure(servers: list[Server], full: bool) -> list[Row]:
    count = 20 if full else 6
    bucket = f"bench-{uuid.uuid4().hex[:12]}"
    clients = {server.name: server.client("s3") for server in servers}
    for client in clients.values():
        client.create_bucket(Bucket=bucket)
    large, small = os.urandom(LARGE), os.urandom(SMALL)

    def both(call: Callable[[Any], Any], times: int) -> dict[str, list[float]]:
        calls = {name: lambda client=client: call(client) for name, client in clients.items()}
        return interleaved(times, calls, warm_up=2)

    put_large = both(lambda s3: s3.put_object(Bucket=bucket, Key="large", Body=io.BytesIO(large)), count)
    get_large = both(lambda s3: _drain(s3.get_object(Bucket=bucket, Key="large")["Body"]), count)
    put_small = both(lambda s3: s3.put_object(Bucket=bucket, Key="small", Body=small), count * 20)
    get_small = both(lambda s3: _drain(s3.get_object(Bucket=bucket, Key="small")["Body"]), count * 20)
    for name in range(1000):
        for client in clients.values():
            client.put_object(Bucket=bucket, Key=f"many/{name:04}", Body=b"")
    listing = both(lambda s3: s3.list_objects_v2(Bucket=bucket, Prefix="many/"), count * 2)
    return [
        Row("S3 PUT 64 MiB", {name: rate(LARGE, taken) for name, taken in put_large.items()}, "> 300 MiB/s"),
        Row("S3 GET 64 MiB", {name: rate(LARGE, taken) for name, taken in get_large.items()}, "> 400 MiB/s"),
        Row("S3 PUT 1 KiB", {name: milliseconds(taken) for name, taken in put_small.items()}),
        Row("S3 GET 1 KiB", {name: milliseconds(taken) for name, taken in get_small.items()}),
        Row("ListObjectsV2, 1,000 keys", {name: milliseconds(taken) for name, taken in listing.items()}),
    ]


def _drain(body: Any) -> None:
    while body.read(2**20):
        pass
