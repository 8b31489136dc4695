"""Make the CI/CD around this repository: a CodeCommit repository, a CodeBuild project, a CodePipeline that joins them.

    python cicd.py --name flights-training     then: git push

Running it again brings what is there to what stands here.
"""

import argparse
import json

import boto3

IMAGE = "public.ecr.aws/sagemaker/sagemaker-distribution:2.6.0-cpu"
"""What builds run in."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="of the repository, the project and the pipeline")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--image", default=IMAGE, help="what builds run in")
    parser.add_argument("--sagemaker-role", default="SageMakerExecutionRole", help="the role of SageMaker's pipelines")
    parser.add_argument("--build-role", default="MLOps-CodeBuildRole", help="the role of builds")
    parser.add_argument("--pipeline-role", default="MLOps-CodePipelineRole", help="the role of the CodePipeline")
    arguments = parser.parse_args()
    made = make(**vars(arguments))
    print(json.dumps(made, indent=2))


def make(
    name,
    branch="main",
    image=IMAGE,
    sagemaker_role="SageMakerExecutionRole",
    build_role="MLOps-CodeBuildRole",
    pipeline_role="MLOps-CodePipelineRole",
):
    """The clone URL, and the ARNs of the project and the pipeline."""
    session = boto3.Session()
    account = session.client("sts").get_caller_identity()["Account"]
    bucket = f"codepipeline-{session.region_name}-{account}"
    ensure_bucket(session, bucket)
    variables = {"SAGEMAKER_PIPELINE_ROLE_ARN": role(account, sagemaker_role)}
    declared = declaration(name, branch, bucket, role(account, pipeline_role))
    return {
        "repository": ensure_repository(session.client("codecommit"), name),
        "project": ensure_project(session.client("codebuild"), name, image, variables, role(account, build_role)),
        "pipeline": ensure_pipeline(session.client("codepipeline"), declared),
    }


def role(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def ensure_bucket(session, bucket):
    s3 = session.client("s3")
    if bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        return
    place = {} if session.region_name == "us-east-1" else {"LocationConstraint": session.region_name}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))


def ensure_repository(codecommit, name):
    try:
        found = codecommit.create_repository(repositoryName=name)
    except codecommit.exceptions.RepositoryNameExistsException:
        found = codecommit.get_repository(repositoryName=name)
    return found["repositoryMetadata"]["cloneUrlHttp"]


def ensure_project(codebuild, name, image, variables, service_role):
    environment = {"type": "LINUX_CONTAINER", "image": image, "computeType": "BUILD_GENERAL1_SMALL"}
    listed = [{"name": key, "value": value} for key, value in variables.items()]
    project = {
        "name": name,
        "source": {"type": "CODEPIPELINE"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {**environment, "environmentVariables": listed},
        "serviceRole": service_role,
    }
    is_there = codebuild.batch_get_projects(names=[name])["projects"]
    change = codebuild.update_project if is_there else codebuild.create_project
    return change(**project)["project"]["arn"]


def declaration(name, branch, bucket, pipeline_role):
    """Source -> Build: a push is built, and the build runs the pipeline."""
    source = action("Source", "Source", "CodeCommit", RepositoryName=name, BranchName=branch)
    build = action("Build", "Build", "CodeBuild", ProjectName=name)
    return {
        "name": name,
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "roleArn": pipeline_role,
        "artifactStore": {"type": "S3", "location": bucket},
        "stages": [
            {"name": "Source", "actions": [{**source, "outputArtifacts": [{"name": "Code"}]}]},
            {
                "name": "Build",
                "actions": [{**build, "inputArtifacts": [{"name": "Code"}], "outputArtifacts": [{"name": "Built"}]}],
            },
        ],
    }


def action(name, category, provider, **configuration):
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration}


def ensure_pipeline(codepipeline, declared):
    try:
        codepipeline.create_pipeline(pipeline=declared)
    except codepipeline.exceptions.PipelineNameInUseException:
        codepipeline.update_pipeline(pipeline=declared)
    return codepipeline.get_pipeline(name=declared["name"])["metadata"]["pipelineArn"]


if __name__ == "__main__":
    main()
