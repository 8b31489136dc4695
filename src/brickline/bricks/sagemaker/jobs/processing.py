"""Processing jobs: how a request becomes a plan, and how their status moves. Pure.

ProcessingJobStatus  InProgress -> Completed | Failed | Stopped (by way of Stopping)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.tracking import JobTrace, component_name
from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.jobs.plan import Ending, Input, Output, Phase, Plan, Source

_BASE = "/opt/ml/processing"
_OUTPUT = "/opt/ml/output"


def begun(document: Shape, now: float) -> None:  # noqa: ARG001
    """The status of a job that has just been created."""
    document["ProcessingJobStatus"] = "InProgress"


class ProcessingJobs:
    """A `JobKind`."""

    kind = kinds.PROCESSING_JOB
    event = "Processing Job"

    def plan(self, document: Shape) -> Plan:
        application, cluster = document["AppSpecification"], document["ProcessingResources"]["ClusterConfig"]
        outputs = _outputs(document)
        return Plan(
            name=document["ProcessingJobName"],
            arn=document["ProcessingJobArn"],
            image=application["ImageUri"],
            entrypoint=tuple(entrypoint) if (entrypoint := application.get("ContainerEntrypoint")) else None,
            arguments=tuple(application.get("ContainerArguments", ())),
            directory=_BASE,
            hosts=layout.host_names(cluster.get("InstanceCount", 1)),
            role_arn=document["RoleArn"],
            log_group="/aws/sagemaker/ProcessingJobs",
            max_runtime=document["StoppingCondition"]["MaxRuntimeInSeconds"],
            network=not document.get("NetworkConfig", {}).get("EnableNetworkIsolation", False),
            volume_gb=cluster["VolumeSizeInGB"],
            trial_component=_component(document),
            environment={**layout.processing_environment(document), **document.get("Environment", {})},
            inputs=tuple(_input(one) for one in s3_inputs(document)),
            outputs=outputs,
            folders=(_BASE, _OUTPUT, *(output.path for output in outputs), *_app_managed_folders(document)),
        )

    def files(self, document: Shape, host: str) -> Mapping[str, str]:
        return layout.processing_files(document, host)

    def entered(self, document: Shape, phase: Phase, now: float) -> None:
        if phase == "Downloading":
            document["ProcessingStartTime"] = now

    def stopping(self, document: Shape, now: float) -> None:  # noqa: ARG002
        document["ProcessingJobStatus"] = "Stopping"

    def ended(self, document: Shape, ending: Ending, metrics: list[dict[str, Any]], now: float) -> None:  # noqa: ARG002
        document["ProcessingJobStatus"] = ending.verdict
        document.setdefault("ProcessingStartTime", now)
        document["ProcessingEndTime"] = now
        if ending.reason:
            document["FailureReason"] = ending.reason
        if ending.message:
            document["ExitMessage"] = ending.message

    def trace(self, document: Shape) -> JobTrace:
        name, cluster = document["ProcessingJobName"], document["ProcessingResources"]["ClusterConfig"]
        instances = {f"SageMaker.{member}": value for member, value in cluster.items() if isinstance(value, str | int)}
        inputs = {one["InputName"]: (one["S3Input"]["S3Uri"], "DataSet") for one in s3_inputs(document)}
        return JobTrace(
            component=_component(document),
            source_type="SageMakerProcessingJob",
            display_name=document.get("ExperimentConfig", {}).get("TrialComponentDisplayName") or name,
            parameters={**instances, **document.get("Environment", {})},
            inputs={"SageMaker.ImageUri": (document["AppSpecification"]["ImageUri"], "Image"), **inputs},
            outputs={one["OutputName"]: (one["S3Output"]["S3Uri"], "DataSet") for one in s3_outputs(document)},
        )


def s3_inputs(document: Shape) -> list[Shape]:
    """The inputs that the platform downloads: an app-managed one is the job's own affair."""
    return [one for one in document.get("ProcessingInputs", ()) if "S3Input" in one and not one.get("AppManaged")]


def s3_outputs(document: Shape) -> list[Shape]:
    """The outputs that the platform uploads."""
    outputs = document.get("ProcessingOutputConfig", {}).get("Outputs", ())
    return [one for one in outputs if "S3Output" in one and not one.get("AppManaged")]


def _input(one: Shape) -> Input:
    source = one["S3Input"]
    sharded = source.get("S3DataDistributionType") == "ShardedByS3Key"
    return Input(one["InputName"], source["LocalPath"], Source(source["S3Uri"], source["S3DataType"], sharded))


def _outputs(document: Shape) -> tuple[Output, ...]:
    return tuple(
        Output(
            path=one["S3Output"]["LocalPath"],
            uri=one["S3Output"]["S3Uri"],
            continuous=one["S3Output"]["S3UploadMode"] == "Continuous",
        )
        for one in s3_outputs(document)
    )


def _app_managed_folders(document: Shape) -> tuple[str, ...]:
    outputs = document.get("ProcessingOutputConfig", {}).get("Outputs", ())
    managed = (one for one in outputs if one.get("AppManaged") and "LocalPath" in one.get("S3Output", {}))
    return tuple(one["S3Output"]["LocalPath"] for one in managed)


def _component(document: Shape) -> str:
    return component_name(document["ProcessingJobName"], "aws-processing-job")
