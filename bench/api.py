"""Describe and list calls, one client."""

from __future__ import annotations

import uuid

from bench.measures import Row, interleaved, milliseconds
from bench.servers import Server

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"


def measure(servers: list[Server], full: bool) -> list[Row]:
    count = 1000 if full else 200
    clients = {server.name: server.client("sagemaker") for server in servers}
    group = f"bench-{uuid.uuid4().hex[:8]}"
    for client in clients.values():
        client.create_model_package_group(ModelPackageGroupName=group)
    describe = interleaved(
        count,
        {
            name: lambda client=client: client.describe_model_package_group(ModelPackageGroupName=group)
            for name, client in clients.items()
        },
    )
    listing = interleaved(
        count, {name: lambda client=client: client.list_model_package_groups() for name, client in clients.items()}
    )
    identity = {server.name: server.client("sts") for server in servers}
    sts = interleaved(count, {name: client.get_caller_identity for name, client in identity.items()})
    return [
        Row("DescribeModelPackageGroup", {name: milliseconds(taken) for name, taken in describe.items()}, "p50 < 2 ms"),
        Row("ListModelPackageGroups", {name: milliseconds(taken) for name, taken in listing.items()}, "p50 < 2 ms"),
        Row("GetCallerIdentity", {name: milliseconds(taken) for name, taken in sts.items()}),
    ]
