"""A bucket, a function, a rule, a schedule, an archive and hostile names, for the console's pages."""

import io
import json
import sys
import zipfile

import boto3

NAME = sys.argv[1]
HOSTILE = '<img src=x onerror="alert(1)">'

s3, functions, events = boto3.client("s3"), boto3.client("lambda"), boto3.client("events")
s3.create_bucket(Bucket=NAME)
s3.put_object(Bucket=NAME, Key=f"days/{HOSTILE}.csv", Body=f"day,note\n1,{HOSTILE}\n".encode())
s3.put_object(Bucket=NAME, Key="model.bin", Body=b"\0\1\2")

archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as package:
    package.writestr(
        "app.py",
        f"def handler(event, context):\n    print({HOSTILE!r})\n    return {{'double': 2 * event['number']}}\n",
    )
role = boto3.client("iam").create_role(
    RoleName=NAME,
    AssumeRolePolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
            ],
        }
    ),
)["Role"]["Arn"]
made = functions.create_function(
    FunctionName=NAME, Runtime="python3.11", Handler="app.handler", Role=role, Code={"ZipFile": archive.getvalue()}
)
functions.get_waiter("function_active_v2").wait(FunctionName=NAME)
functions.add_permission(
    FunctionName=NAME, StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
)
events.put_rule(Name=NAME, EventPattern=json.dumps({"source": [NAME]}), Description=HOSTILE)
events.put_targets(Rule=NAME, Targets=[{"Id": "1", "Arn": made["FunctionArn"]}])
bus = events.describe_event_bus()["Arn"]
events.create_archive(ArchiveName=NAME, EventSourceArn=bus, EventPattern=json.dumps({"source": [NAME]}))
boto3.client("scheduler").create_schedule(
    Name=NAME,
    ScheduleExpression="cron(0 3 * * ? *)",
    ScheduleExpressionTimezone="Asia/Seoul",
    FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": made["FunctionArn"], "RoleArn": role},
)
