"""S3: small and large objects, and a list."""

from __future__ import annotations

import http.client
import io
import os
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

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
    put_signed_url = interleaved(count, {name: _puts_by_url(s3, bucket, large) for name, s3 in clients.items()}, 2)
    put_small = both(lambda s3: s3.put_object(Bucket=bucket, Key="small", Body=small), count * 20)
    get_small = both(lambda s3: _drain(s3.get_object(Bucket=bucket, Key="small")["Body"]), count * 20)
    for name in range(1000):
        for client in clients.values():
            client.put_object(Bucket=bucket, Key=f"many/{name:04}", Body=b"")
    listing = both(lambda s3: s3.list_objects_v2(Bucket=bucket, Prefix="many/"), count * 2)
    return [
        Row("S3 PUT 64 MiB, presigned", {n: rate(LARGE, taken) for n, taken in put_signed_url.items()}, "> 300 MiB/s"),
        Row("S3 PUT 64 MiB, hashed by boto3 first", {n: rate(LARGE, taken) for n, taken in put_large.items()}),
        Row("S3 GET 64 MiB", {name: rate(LARGE, taken) for name, taken in get_large.items()}, "> 400 MiB/s"),
        Row("S3 PUT 1 KiB", {name: milliseconds(taken) for name, taken in put_small.items()}),
        Row("S3 GET 1 KiB", {name: milliseconds(taken) for name, taken in get_small.items()}),
        Row("ListObjectsV2, 1,000 keys", {name: milliseconds(taken) for name, taken in listing.items()}),
    ]


def _puts_by_url(s3: Any, bucket: str, data: bytes) -> Callable[[], None]:
    """PUT by a presigned URL: the client only sends, so that the server's own rate is seen."""
    url = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "large"}))

    def put() -> None:
        connection = http.client.HTTPConnection(url.netloc)
        connection.request("PUT", f"{url.path}?{url.query}", body=data)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()

    return put


def _drain(body: Any) -> None:
    while body.read(2**20):
        pass
