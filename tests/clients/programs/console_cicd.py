"""A repository, a project and a CodePipeline that asks somebody before it builds; prints the first commit.

The build fails: what it runs is `python check.py`.
"""

import json
import sys
import time

import boto3

NAME = sys.argv[1]
BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - echo before
      - python check.py
"""
FILES = {
    "buildspec.yml": BUILDSPEC,
    "check.py": "raise SystemExit('the check says no')\n",
    "hostile <i>.html": "<script>alert(1)</script>\n",
    "README.md": "# Hello\n",
}

git, build, pipeline = boto3.client("codecommit"), boto3.client("codebuild"), boto3.client("codepipeline")
iam, s3 = boto3.client("iam"), boto3.client("s3")
account = boto3.client("sts").get_caller_identity()["Account"]
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["codebuild.amazonaws.com", "codepipeline.amazonaws.com"]},
        }
    ],
}
role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
s3.create_bucket(Bucket=f"{NAME}-artifacts")
git.create_repository(repositoryName=NAME)
files = [{"filePath": path, "fileContent": text} for path, text in FILES.items()]
first = git.create_commit(repositoryName=NAME, branchName="main", commitMessage="First\n\nall of it", putFiles=files)
git.create_branch(repositoryName=NAME, branchName="greeting", commitId=first["commitId"])
git.put_file(
    repositoryName=NAME,
    branchName="greeting",
    filePath="README.md",
    fileContent="# Good day\n",
    parentCommitId=first["commitId"],
)
git.create_pull_request(title="Another greeting", targets=[{"repositoryName": NAME, "sourceReference": "greeting"}])
build.create_project(
    name=NAME,
    source={"type": "CODEPIPELINE"},
    artifacts={"type": "CODEPIPELINE"},
    environment={
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
    serviceRole=role,
)


def action(name, category, provider, configuration, reads=(), writes=()):
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": one} for one in reads],
        "outputArtifacts": [{"name": one} for one in writes],
    }


source = {"RepositoryName": NAME, "BranchName": "main", "PollForSourceChanges": "false"}
stages = [
    {"name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", source, writes=["Code"])]},
    {"name": "Ask", "actions": [action("Ask", "Approval", "Manual", {"CustomData": "Is it good?"})]},
    {"name": "Build", "actions": [action("Build", "Build", "CodeBuild", {"ProjectName": NAME}, reads=["Code"])]},
]
pipeline.create_pipeline(
    pipeline={
        "name": NAME,
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": f"{NAME}-artifacts"},
        "stages": stages,
        "version": 1,
    }
)
while True:
    asked = pipeline.get_pipeline_state(name=NAME)["stageStates"][1]["actionStates"][0].get("latestExecution", {})
    if asked.get("token"):
        break
    time.sleep(0.05)
print(first["commitId"])
