"""CodePipeline by boto3: a pipeline from S3 over a build and an approval to a bucket; its state, history and errors."""

import contextlib
import io
import time
import zipfile

import boto3

BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - tr a-z A-Z < page.txt > loud.txt
artifacts:
  files: [loud.txt]
"""

s3 = boto3.client("s3")
pipelines = boto3.client("codepipeline")
role = boto3.client("iam").get_role(RoleName="MLOps-CodePipelineRole")["Role"]["Arn"]
build_role = boto3.client("iam").get_role(RoleName="MLOps-CodeBuildRole")["Role"]["Arn"]
store, source, site = "pipe-store", "pipe-source", "pipe-site"


def until(holds):
    for _ in range(1200):
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to hold in a minute")


def push(text):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("buildspec.yml", BUILDSPEC)
        archive.writestr("page.txt", text)
    return s3.put_object(Bucket=source, Key="code.zip", Body=body.getvalue())["VersionId"]


def action(name, category, provider, configuration, inputs=(), outputs=(), **members):
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": one} for one in inputs],
        "outputArtifacts": [{"name": one} for one in outputs],
        "region": "us-east-1",
        **members,
    }


for bucket in (store, source, site):
    s3.create_bucket(Bucket=bucket)
s3.put_bucket_versioning(Bucket=source, VersioningConfiguration={"Status": "Enabled"})
push("first")
boto3.client("codebuild").create_project(
    name="loud",
    source={"type": "CODEPIPELINE"},
    artifacts={"type": "CODEPIPELINE"},
    environment={
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
    serviceRole=build_role,
)
declaration = {
    "name": "by-boto3",
    "roleArn": role,
    "artifactStore": {"type": "S3", "location": store},
    "stages": [
        {
            "name": "Source",
            "actions": [
                action("Source", "Source", "S3", {"S3Bucket": source, "S3ObjectKey": "code.zip"}, outputs=["Code"])
            ],
        },
        {
            "name": "Build",
            "actions": [action("Build", "Build", "CodeBuild", {"ProjectName": "loud"}, ["Code"], ["Out"])],
        },
        {
            "name": "Release",
            "actions": [
                action("Approve", "Approval", "Manual", {"CustomData": "is it loud?"}, runOrder=1),
                action("Put", "Deploy", "S3", {"BucketName": site, "Extract": "true"}, ["Out"], runOrder=2),
            ],
        },
    ],
}


def latest():
    return pipelines.list_pipeline_executions(pipelineName="by-boto3")["pipelineExecutionSummaries"][0]


def release():
    states = pipelines.get_pipeline_state(name="by-boto3")["stageStates"]
    return states[2]


def approve(execution):
    def token():
        stage = release()
        is_here = stage.get("latestExecution", {}).get("pipelineExecutionId") == execution
        return is_here and stage["actionStates"][0].get("latestExecution", {}).get("token")

    result = {"summary": "yes", "status": "Approved"}
    where = {"pipelineName": "by-boto3", "stageName": "Release", "actionName": "Approve"}
    pipelines.put_approval_result(**where, result=result, token=until(token))
    where = {"pipelineName": "by-boto3", "pipelineExecutionId": execution}
    ended = until(
        lambda: (
            (found := pipelines.get_pipeline_execution(**where)["pipelineExecution"])["status"] != "InProgress"
            and found
        )
    )
    assert ended["status"] == "Succeeded", ended
    return ended


made = pipelines.create_pipeline(pipeline=declaration, tags=[{"key": "team", "value": "ml"}])
assert made["pipeline"]["version"] == 1
metadata = pipelines.get_pipeline(name="by-boto3")["metadata"]
assert pipelines.list_tags_for_resource(resourceArn=metadata["pipelineArn"])["tags"] == [{"key": "team", "value": "ml"}]
assert next(stage["stageName"] for stage in pipelines.get_pipeline_state(name="by-boto3")["stageStates"]) == "Source"
first = latest()
assert first["trigger"]["triggerType"] == "CreatePipeline", first
approve(first["pipelineExecutionId"])
assert s3.get_object(Bucket=site, Key="loud.txt")["Body"].read() == b"FIRST"

version = push("second")
second = until(lambda: (found := latest())["pipelineExecutionId"] != first["pipelineExecutionId"] and found)
ended = approve(second["pipelineExecutionId"])
assert ended["artifactRevisions"][0]["revisionId"] == version
assert latest()["trigger"]["triggerType"] == "PollForSourceChanges"
assert s3.get_object(Bucket=site, Key="loud.txt")["Body"].read() == b"SECOND"
pages = pipelines.get_paginator("list_action_executions").paginate(
    pipelineName="by-boto3", filter={"pipelineExecutionId": second["pipelineExecutionId"]}
)
assert [one["actionName"] for page in pages for one in page["actionExecutionDetails"]] == [
    "Put",
    "Approve",
    "Build",
    "Source",
]

with contextlib.suppress(pipelines.exceptions.PipelineNameInUseException):
    pipelines.create_pipeline(pipeline=declaration)
try:
    pipelines.create_pipeline(pipeline={**declaration, "name": "broken", "stages": declaration["stages"][:1]})
except pipelines.exceptions.InvalidStructureException as error:
    assert "minimum of 2 stages" in str(error)
pipelines.delete_pipeline(name="by-boto3")
pipelines.delete_pipeline(name="by-boto3")
try:
    pipelines.get_pipeline(name="by-boto3")
except pipelines.exceptions.PipelineNotFoundException:
    print("done")
