"""The rule of CodePipeline's S3 source, by the older form: an upload seen through a trail."""

from __future__ import annotations

import io
import json

from boto3.s3.transfer import TransferConfig
from tests.clients.harness import Server
from tests.clients.test_events import boto, until


def test_an_upload_is_seen_through_a_trail(server: Server) -> None:
    s3, trails, events, logs = (boto(server, name) for name in ("s3", "cloudtrail", "events", "logs"))
    s3.create_bucket(Bucket="trail-logs")
    s3.create_bucket(Bucket="trail-source")
    trails.create_trail(Name="uploads", S3BucketName="trail-logs")
    resources = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::trail-source/data.zip"]}]
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": resources}
    trails.put_event_selectors(TrailName="uploads", EventSelectors=[selector])
    trails.start_logging(Name="uploads")
    assert trails.get_trail_status(Name="uploads")["IsLogging"] is True
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": ["PutObject", "CompleteMultipartUpload", "CopyObject"],
            "requestParameters": {"bucketName": ["trail-source"], "key": ["data.zip"]},
        },
    }
    logs.create_log_group(logGroupName="/trail/uploads")
    events.put_rule(Name="uploads", EventPattern=json.dumps(pattern))
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/trail/uploads"
    events.put_targets(Rule="uploads", Targets=[{"Id": "log", "Arn": arn, "InputPath": "$.detail.eventName"}])
    s3.put_object(Bucket="trail-source", Key="other.zip", Body=b"x")
    s3.put_object(Bucket="trail-source", Key="data.zip", Body=b"x")
    s3.get_object(Bucket="trail-source", Key="data.zip")["Body"].read()
    s3.copy_object(Bucket="trail-source", Key="data.zip", CopySource="trail-source/other.zip")
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(bytes(6 << 20)), "trail-source", "data.zip", Config=config)
    until(lambda: len(logs.filter_log_events(logGroupName="/trail/uploads")["events"]) == 3)
    found = logs.filter_log_events(logGroupName="/trail/uploads")["events"]
    assert [event["message"] for event in found] == ['"PutObject"', '"CopyObject"', '"CompleteMultipartUpload"']
    trails.stop_logging(Name="uploads")
    trails.delete_trail(Name="uploads")
