"""The roles that an account has from the start: those of the usual MLOps set-up."""

from __future__ import annotations

import json

from brickline.baseplate.sessions import ROLE

DEFAULT_ROLES = {
    ROLE: ("/", ("sagemaker", "lambda", "codebuild", "codepipeline", "events", "scheduler")),
    "AmazonSageMaker-ExecutionRole": ("/service-role/", ("sagemaker",)),
    "MLOps-SageMakerRole": ("/", ("sagemaker",)),
    "MLOps-LambdaRole": ("/", ("lambda",)),
    "MLOps-LambdaDeploymentRole": ("/", ("lambda",)),
    "MLOps-CodeBuildRole": ("/", ("codebuild",)),
    "MLOps-CodePipelineRole": ("/", ("codepipeline",)),
    "MLOps-EventBridgeRole": ("/", ("events", "scheduler")),
}
"""Each role's path and the services that may assume it (the account's own identities may, too)."""

DEFAULT_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


def trust_policy(account: str, services: tuple[str, ...]) -> str:
    """A trust policy for these services and the account itself."""
    principal = {
        "Service": [f"{service}.amazonaws.com" for service in services],
        "AWS": f"arn:aws:iam::{account}:root",
    }
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
