"""CodeBuild by boto3: a project, a build whose commands use boto3, aws and git themselves, its log, its artifact."""

import io
import json
import time
import zipfile

import boto3
from botocore.exceptions import ClientError

BUILDSPEC = """
version: 0.2
env:
  exported-variables: [ANSWER]
phases:
  install:
    runtime-versions:
      python: 3.11
    commands:
      - pip --version
  build:
    commands:
      - |
        python - <<EOF
        import boto3
        print("caller", boto3.client("sts").get_caller_identity()["Arn"])
        boto3.client("s3").put_object(Bucket="$BUCKET", Key="by-boto3", Body=b"x")
        EOF
      - aws s3 ls "s3://$BUCKET/"
      - git --version
      - export ANSWER=42
artifacts:
  files: ['**/*']
"""

s3 = boto3.client("s3")
codebuild = boto3.client("codebuild")
logs = boto3.client("logs")
bucket = "codebuild-boto3"
role = boto3.client("iam").get_role(RoleName="MLOps-CodeBuildRole")["Role"]["Arn"]

s3.create_bucket(Bucket=bucket)
source = io.BytesIO()
with zipfile.ZipFile(source, "w") as archive:
    archive.writestr("buildspec.yml", BUILDSPEC)
s3.put_object(Bucket=bucket, Key="source.zip", Body=source.getvalue())

project = codebuild.create_project(
    name="boto3",
    source={"type": "S3", "location": f"{bucket}/source.zip"},
    artifacts={"type": "S3", "location": bucket, "name": "made.zip", "packaging": "ZIP"},
    environment={
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux2-x86_64-standard:3.0",
        "computeType": "BUILD_GENERAL1_SMALL",
        "environmentVariables": [{"name": "BUCKET", "value": bucket}],
    },
    serviceRole=role,
    tags=[{"key": "team", "value": "ml"}],
)["project"]
assert codebuild.batch_get_projects(names=["boto3", "none"])["projects"] == [project]
assert codebuild.list_projects()["projects"] == ["boto3"]

build = codebuild.start_build(projectName="boto3")["build"]
while not build["buildComplete"]:
    time.sleep(0.1)
    build = codebuild.batch_get_builds(ids=[build["id"]])["builds"][0]
place = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
lines = [event["message"] for event in logs.get_log_events(**place, startFromHead=True)["events"]]
assert build["buildStatus"] == "SUCCEEDED", json.dumps([build["phases"], lines], indent=1, default=str)
assert any("assumed-role/MLOps-CodeBuildRole/AWSCodeBuild-" in line for line in lines), lines
assert any(line.endswith(" by-boto3") for line in lines), lines
assert build["exportedEnvironmentVariables"] == [{"name": "ANSWER", "value": "42"}]
made = zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket=bucket, Key="made.zip")["Body"].read()))
assert made.namelist() == ["buildspec.yml"]
assert codebuild.list_builds_for_project(projectName="boto3")["ids"] == [build["id"]]
assert codebuild.list_builds()["ids"][0] == build["id"]

try:
    codebuild.start_build(projectName="none")
except codebuild.exceptions.ResourceNotFoundException as error:
    assert error.response["Error"]["Message"].startswith("Project cannot be found"), error
else:
    raise AssertionError("a project that is not there was started")
try:
    codebuild.stop_build(id="x")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidInputException", error

PUSHES = """
version: 0.2
env:
  git-credential-helper: yes
phases:
  build:
    commands:
      - git log -1 --format=%s
      - git -c user.name=build -c user.email=b@example.com commit -q --allow-empty -m "by $CODEBUILD_BUILD_NUMBER"
      - git push -q origin HEAD:refs/heads/built
"""
codecommit = boto3.client("codecommit")
repository = codecommit.create_repository(repositoryName="built-by-boto3")["repositoryMetadata"]
commit = codecommit.put_file(
    repositoryName="built-by-boto3",
    branchName="main",
    fileContent=PUSHES,
    filePath="buildspec.yml",
    commitMessage="one",
)["commitId"]
for location in (
    repository["cloneUrlHttp"],
    f"https://git-codecommit.{s3.meta.region_name}.amazonaws.com/v1/repos/built-by-boto3",
):
    build = codebuild.start_build(
        projectName="boto3",
        sourceTypeOverride="CODECOMMIT",
        sourceLocationOverride=location,
        sourceVersion="refs/heads/main",
        artifactsOverride={"type": "NO_ARTIFACTS"},
    )["build"]
    while not build["buildComplete"]:
        time.sleep(0.1)
        build = codebuild.batch_get_builds(ids=[build["id"]])["builds"][0]
    assert (build["buildStatus"], build["resolvedSourceVersion"]) == ("SUCCEEDED", commit), build["phases"]
    pushed = codecommit.get_branch(repositoryName="built-by-boto3", branchName="built")["branch"]["commitId"]
    message = codecommit.get_commit(repositoryName="built-by-boto3", commitId=pushed)["commit"]["message"]
    assert message.strip() == f"by {build['buildNumber']}", message
    codecommit.delete_branch(repositoryName="built-by-boto3", branchName="built")

codebuild.update_project(name="boto3", description="new")
assert codebuild.batch_get_projects(names=["boto3"])["projects"][0]["description"] == "new"
codebuild.delete_project(name="boto3")
codebuild.delete_project(name="boto3")
print("done")
