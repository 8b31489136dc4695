from __future__ import annotations

import json

from tests.clients.harness import PROGRAMS, Server, client


def test_boto3_puts_and_reads_metrics_over_every_protocol(server: Server) -> None:
    done = server.run([str(client("data") / "python"), str(PROGRAMS / "cloudwatch_boto3.py")])
    assert done.stdout.rstrip().endswith("done")


def test_the_aws_command_line_puts_and_lists_metrics(server: Server) -> None:
    aws = str(client("awscli") / "aws")
    put = ["put-metric-data", "--namespace", "aws-cli", "--metric-name", "size", "--value", "3"]
    server.run([aws, "cloudwatch", *put])
    listed = json.loads(server.run([aws, "cloudwatch", "list-metrics", "--namespace", "aws-cli"]).stdout)
    assert [metric["MetricName"] for metric in listed["Metrics"]] == ["size"]
