"""The services that Brickline routes, without loading their models: start-up must not read megabytes of JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """How requests name a service. A test holds this table against botocore's models."""

    name: str
    protocols: tuple[str, ...]
    endpoint: str
    """The start of its host names."""
    signing: str = ""
    """The name in the credential scope."""
    target: str = ""
    """The prefix in `X-Amz-Target` and in CBOR's paths."""
    version: str = ""
    """The API version, which older clients of the query protocol tell."""

    @property
    def signing_name(self) -> str:
        return self.signing or self.endpoint


_JSON = ("json",)
_CBOR_JSON = ("smithy-rpc-v2-cbor", "json")
_QUERY = ("query",)
_REST_JSON = ("rest-json",)

SERVICES = (
    Service("cloudformation", _QUERY, "cloudformation", version="2010-05-15"),
    Service("cloudtrail", _JSON, "cloudtrail", target="com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
    Service(
        "cloudwatch",
        ("smithy-rpc-v2-cbor", "json", "query"),
        "monitoring",
        target="GraniteServiceVersion20100801",
        version="2010-08-01",
    ),
    Service("codebuild", _CBOR_JSON, "codebuild", target="CodeBuild_20161006"),
    Service("codecommit", _JSON, "codecommit", target="CodeCommit_20150413"),
    Service(
        "codeconnections",
        _CBOR_JSON,
        "codeconnections",
        target="com.amazonaws.codeconnections.CodeConnections_20231201",
    ),
    Service("codepipeline", _CBOR_JSON, "codepipeline", target="CodePipeline_20150709"),
    Service(
        "codestar-connections",
        _JSON,
        "codestar-connections",
        target="com.amazonaws.codestar.connections.CodeStar_connections_20191201",
    ),
    Service("ecr", _JSON, "api.ecr", "ecr", target="AmazonEC2ContainerRegistry_V20150921"),
    Service("events", _JSON, "events", target="AWSEvents"),
    Service("eventbridgev2", ("smithy-rpc-v2-cbor",), "eventsv2", "events", target="AWSEventsV2"),
    Service("iam", _QUERY, "iam", version="2010-05-08"),
    Service("kms", _JSON, "kms", target="TrentService"),
    Service("lambda", _REST_JSON, "lambda"),
    Service("logs", _JSON, "logs", target="Logs_20140328"),
    Service("s3", ("rest-xml",), "s3"),
    Service("sagemaker", _JSON, "api.sagemaker", "sagemaker", target="SageMaker"),
    Service("sagemaker-featurestore-runtime", _REST_JSON, "featurestore-runtime.sagemaker", "sagemaker"),
    Service("sagemaker-metrics", _REST_JSON, "metrics.sagemaker", "sagemaker"),
    Service("sagemaker-runtime", _REST_JSON, "runtime.sagemaker", "sagemaker"),
    Service("scheduler", _REST_JSON, "scheduler"),
    Service("secretsmanager", _JSON, "secretsmanager", target="secretsmanager"),
    Service("sns", _QUERY, "sns", version="2010-03-31"),
    Service("sqs", _JSON, "sqs", target="AmazonSQS", version="2012-11-05"),
    Service("ssm", _JSON, "ssm", target="AmazonSSM"),
    Service("stepfunctions", _JSON, "states", target="AWSStepFunctions"),
    Service("sts", _QUERY, "sts", version="2011-06-15"),
)

BY_NAME = {service.name: service for service in SERVICES}
BY_TARGET = {service.target: service for service in SERVICES if service.target}
BY_VERSION = {service.version: service for service in SERVICES if service.version}
BY_ENDPOINT = {service.endpoint: service for service in SERVICES}


def signed_as(signing_name: str) -> list[Service]:
    """The services of a credential scope's name, in the table's order."""
    return [service for service in SERVICES if service.signing_name == signing_name]
