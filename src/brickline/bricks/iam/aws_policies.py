"""AWS's managed policies that MLOps set-ups attach: what they allow, without the published documents' conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator

_SERVICE_ROLE = "/service-role/"
_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_SAGEMAKER = (
    "sagemaker:*",
    "sagemaker-geospatial:*",
    "application-autoscaling:*",
    "cloudformation:GetTemplateSummary",
    "cloudwatch:*",
    "codecommit:*",
    "ecr:*",
    "events:*",
    "iam:GetRole",
    "iam:ListRoles",
    "iam:PassRole",
    "kms:DescribeKey",
    "kms:ListAliases",
    "lambda:InvokeFunction",
    "lambda:ListFunctions",
    "logs:*",
    "s3:*",
    "secretsmanager:ListSecrets",
    "servicecatalog:*",
    "sns:ListTopics",
    "states:*",
)

_POLICIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "AdministratorAccess": ("/", ("*",)),
    "AmazonSageMakerFullAccess": ("/", _SAGEMAKER),
    "AmazonSageMakerReadOnly": ("/", ("sagemaker:Describe*", "sagemaker:List*", "sagemaker:BatchGetMetrics")),
    "AmazonSageMakerPipelinesIntegrations": ("/", ("lambda:*", "events:*", "iam:PassRole", "sqs:*")),
    "AmazonSageMakerModelRegistryFullAccess": ("/", ("sagemaker:*", "ecr:*", "iam:PassRole", "s3:*")),
    "AmazonSageMakerServiceCatalogProductsLambdaServiceRolePolicy": (_SERVICE_ROLE, ("sagemaker:*", *_LOGS)),
    "AmazonS3FullAccess": ("/", ("s3:*", "s3-object-lambda:*")),
    "AmazonS3ReadOnlyAccess": ("/", ("s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*")),
    "AmazonEC2ContainerRegistryFullAccess": ("/", ("ecr:*", "cloudtrail:LookupEvents")),
    "AmazonEC2ContainerRegistryPowerUser": ("/", ("ecr:Get*", "ecr:BatchGet*", "ecr:List*", "ecr:Put*", "ecr:*Layer*")),
    "AmazonEC2ContainerRegistryReadOnly": ("/", ("ecr:Get*", "ecr:BatchGet*", "ecr:Describe*", "ecr:List*")),
    "AmazonEventBridgeFullAccess": ("/", ("events:*", "schemas:*", "scheduler:*", "pipes:*", "iam:PassRole")),
    "AmazonSNSFullAccess": ("/", ("sns:*",)),
    "AmazonSQSFullAccess": ("/", ("sqs:*",)),
    "AmazonSSMReadOnlyAccess": ("/", ("ssm:Describe*", "ssm:Get*", "ssm:List*")),
    "AmazonDynamoDBFullAccess": ("/", ("dynamodb:*",)),
    "AWSCloudFormationFullAccess": ("/", ("cloudformation:*",)),
    "AWSCodeBuildAdminAccess": ("/", ("codebuild:*", "codecommit:Get*", "codecommit:List*", "logs:*", "s3:*")),
    "AWSCodeBuildDeveloperAccess": ("/", ("codebuild:*", "codecommit:Get*", "codecommit:List*", "logs:*")),
    "AWSCodeCommitFullAccess": ("/", ("codecommit:*", "events:*", "sns:*", "iam:List*", "lambda:ListFunctions")),
    "AWSCodeCommitPowerUser": ("/", ("codecommit:*", "events:*", "iam:ListSSHPublicKeys")),
    "AWSCodePipeline_FullAccess": ("/", ("codepipeline:*", "codebuild:*", "codecommit:*", "s3:*", "iam:PassRole")),
    "AWSKeyManagementServicePowerUser": ("/", ("kms:*",)),
    "AWSLambda_FullAccess": ("/", ("lambda:*", "logs:*", "iam:PassRole", "iam:GetRole", "iam:ListRoles")),
    "AWSLambda_ReadOnlyAccess": ("/", ("lambda:Get*", "lambda:List*", "logs:Describe*", "logs:Get*")),
    "AWSStepFunctionsFullAccess": ("/", ("states:*",)),
    "CloudWatchFullAccess": ("/", ("cloudwatch:*", "logs:*", "sns:*", "autoscaling:Describe*")),
    "CloudWatchEventsFullAccess": ("/", ("events:*", "schemas:*", "scheduler:*", "iam:PassRole")),
    "CloudWatchLogsFullAccess": ("/", ("logs:*", "cloudwatch:GenerateQuery")),
    "IAMFullAccess": ("/", ("iam:*", "organizations:Describe*", "organizations:List*")),
    "IAMReadOnlyAccess": ("/", ("iam:Get*", "iam:List*", "iam:Simulate*", "iam:GenerateCredentialReport")),
    "SecretsManagerReadWrite": ("/", ("secretsmanager:*", "kms:DescribeKey", "kms:ListAliases")),
    "AWSLambdaBasicExecutionRole": (_SERVICE_ROLE, _LOGS),
    "AWSLambdaRole": (_SERVICE_ROLE, ("lambda:InvokeFunction",)),
    "AWSLambdaSQSQueueExecutionRole": (
        _SERVICE_ROLE,
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", *_LOGS),
    ),
    "AmazonSageMakerServiceCatalogProductsUseRole": (_SERVICE_ROLE, _SAGEMAKER),
}
"""Name -> path and allowed actions."""


def paths() -> Iterator[tuple[str, str]]:
    """Each known policy's name and path."""
    return ((name, path) for name, (path, _) in _POLICIES.items())


def text(name: str) -> str | None:
    """The policy document of a known policy."""
    if name not in _POLICIES:
        return None
    statement = {"Effect": "Allow", "Action": list(_POLICIES[name][1]), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
