"""Training jobs: how a request becomes a plan, and how their status moves. Pure.

TrainingJobStatus  InProgress -> Completed | Failed | Stopped (by way of Stopping)
SecondaryStatus    Starting -> Downloading -> Training -> Uploading -> Completed | Failed | Stopped | MaxRuntimeExceeded
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.tracking import JobTrace, component_name
from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.jobs.plan import Ending, Input, Output, Phase, Plan, Source

_PHASES: Mapping[str, tuple[str, str]] = {
    "Starting": ("Starting", "Preparing the instances for training"),
    "Downloading": ("Downloading", "Downloading input data"),
    "Running": ("Training", "Training image download completed. Training in progress."),
    "Uploading": ("Uploading", "Uploading generated training model"),
}
"""Each phase's SecondaryStatus and message."""

_SWITCHES = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")
"""Describe shows these whether or not the request had them."""

_WITH_ARTIFACTS = frozenset(("Completed", "Stopped"))


def begun(document: Shape, now: float) -> None:
    """Statuses and future outputs of a job that has just been created."""
    # The SDK's attach() reads KmsKeyId without asking whether it is there.
    document["OutputDataConfig"] = {"KmsKeyId": "", "CompressionType": "GZIP", **document["OutputDataConfig"]}
    for switch in _SWITCHES:
        document.setdefault(switch, False)
    document["TrainingJobStatus"] = "InProgress"
    document["ModelArtifacts"] = {"S3ModelArtifacts": _model_uri(document)}
    _enter(document, *_PHASES["Starting"], now)


class TrainingJobs:
    """A `JobKind`."""

    kind = kinds.TRAINING_JOB
    event = "Training Job"

    def plan(self, document: Shape) -> Plan:
        algorithm, resources = document["AlgorithmSpecification"], document.get("ResourceConfig", {})
        return Plan(
            name=document["TrainingJobName"],
            arn=document["TrainingJobArn"],
            image=algorithm["TrainingImage"],
            # The entry points of AWS's training images run their arguments as the command.
            entrypoint=tuple(algorithm.get("ContainerEntrypoint", ())),
            arguments=_arguments(algorithm),
            directory="/opt/ml/code",
            hosts=tuple(host for group in layout.groups_of(resources) for host in group[2]),
            role_arn=document["RoleArn"],
            log_group="/aws/sagemaker/TrainingJobs",
            max_runtime=document["StoppingCondition"]["MaxRuntimeInSeconds"],
            network=not document.get("EnableNetworkIsolation", False),
            volume_gb=resources.get("VolumeSizeInGB", 30),
            trial_component=_component(document),
            environment={**layout.training_environment(document), **document.get("Environment", {})},
            inputs=_inputs(document),
            outputs=_outputs(document),
            folders=(
                "/opt/ml/model",
                "/opt/ml/output/data",
                "/opt/ml/code",
                layout.DATA,
                *_checkpoint_folders(document),
            ),
            source_archive=_source_archive(document),
            metric_regexes=tuple((one["Name"], one["Regex"]) for one in algorithm.get("MetricDefinitions", ())),
        )

    def files(self, document: Shape, host: str) -> Mapping[str, str]:
        return layout.training_files(document, host)

    def entered(self, document: Shape, phase: Phase, now: float) -> None:
        if phase == "Downloading":
            document["TrainingStartTime"] = now
        if document["TrainingJobStatus"] == "InProgress":
            status, message = _PHASES[phase]
            _enter(document, status, message, now)

    def stopping(self, document: Shape, now: float) -> None:
        document["TrainingJobStatus"] = "Stopping"
        _enter(document, "Stopping", "Stopping the training job", now)

    def ended(self, document: Shape, ending: Ending, metrics: list[dict[str, Any]], now: float) -> None:
        document["TrainingJobStatus"] = ending.verdict
        status, message = _final(ending)
        _enter(document, status, message, now)
        document["SecondaryStatusTransitions"][-1]["EndTime"] = now
        document["TrainingEndTime"] = now
        started = document.setdefault("TrainingStartTime", now)
        document["TrainingTimeInSeconds"] = document["BillableTimeInSeconds"] = max(round(now - started), 1)
        if ending.reason:
            document["FailureReason"] = ending.reason
        if metrics:
            document["FinalMetricDataList"] = metrics

    def trace(self, document: Shape) -> JobTrace:
        name = document["TrainingJobName"]
        algorithm = document["AlgorithmSpecification"]
        channels = {
            channel["ChannelName"]: (channel["DataSource"]["S3DataSource"]["S3Uri"], "DataSet")
            for channel in layout.channels(document)
        }
        return JobTrace(
            component=_component(document),
            source_type="SageMakerTrainingJob",
            display_name=document.get("ExperimentConfig", {}).get("TrialComponentDisplayName") or name,
            parameters={**_instances(document.get("ResourceConfig", {})), **document.get("HyperParameters", {})},
            inputs={"SageMaker.ImageUri": (algorithm["TrainingImage"], "Image"), **channels},
            outputs={"SageMaker.ModelArtifact": (document["ModelArtifacts"]["S3ModelArtifacts"], "Model")},
        )


def _enter(document: Shape, status: str, message: str, now: float) -> None:
    """Move to a secondary status; a new message of the same status replaces the old one."""
    document["SecondaryStatus"] = status
    transitions = document.setdefault("SecondaryStatusTransitions", [])
    if transitions and transitions[-1]["Status"] == status:
        transitions[-1]["StatusMessage"] = message
        return
    if transitions:
        transitions[-1]["EndTime"] = now
    transitions.append({"Status": status, "StartTime": now, "StatusMessage": message})


def _final(ending: Ending) -> tuple[str, str]:
    if ending.exceeded_runtime:
        return "MaxRuntimeExceeded", "Training job runtime exceeded MaxRuntimeInSeconds provided"
    return ending.verdict, f"Training job {ending.verdict.lower()}"


def _arguments(algorithm: Shape) -> tuple[str, ...]:
    """Without an entry point, the image's own one is asked to train."""
    if "ContainerEntrypoint" in algorithm or "ContainerArguments" in algorithm:
        return tuple(algorithm.get("ContainerArguments", ()))
    return ("train",)


def _inputs(document: Shape) -> tuple[Input, ...]:
    inputs = [_input(document, channel) for channel in layout.channels(document)]
    if checkpoints := document.get("CheckpointConfig"):
        path = checkpoints.get("LocalPath", layout.DEFAULT_CHECKPOINTS)
        inputs.append(Input("checkpoints", path, Source(checkpoints["S3Uri"].rstrip("/") + "/"), required=False))
    return tuple(inputs)


def _input(document: Shape, channel: Shape) -> Input:
    source = channel["DataSource"]["S3DataSource"]
    return Input(
        name=channel["ChannelName"],
        path=f"{layout.DATA}/{channel['ChannelName']}",
        source=Source(
            uri=source["S3Uri"],
            data_type=source["S3DataType"],
            sharded=source.get("S3DataDistributionType") == "ShardedByS3Key",
        ),
        read_only=layout.input_mode(document, channel) == "FastFile",
    )


def _outputs(document: Shape) -> tuple[Output, ...]:
    base, as_archive = _output_base(document), _is_compressed(document)
    data = f"{base}/output.tar.gz" if as_archive else f"{base}/data"
    outputs = [
        Output("/opt/ml/model", _model_uri(document), as_archive, even_if_empty=True, verdicts=_WITH_ARTIFACTS),
        Output("/opt/ml/output/data", data, as_archive, verdicts=_WITH_ARTIFACTS),
    ]
    if checkpoints := document.get("CheckpointConfig"):
        path = checkpoints.get("LocalPath", layout.DEFAULT_CHECKPOINTS)
        outputs.append(Output(path, checkpoints["S3Uri"], continuous=True))
    return tuple(outputs)


def _checkpoint_folders(document: Shape) -> tuple[str, ...]:
    checkpoints = document.get("CheckpointConfig")
    return (checkpoints.get("LocalPath", layout.DEFAULT_CHECKPOINTS),) if checkpoints else ()


def _output_base(document: Shape) -> str:
    path = document["OutputDataConfig"]["S3OutputPath"].removesuffix("/")
    return f"{path}/{document['TrainingJobName']}/output"


def _is_compressed(document: Shape) -> bool:
    return bool(document["OutputDataConfig"]["CompressionType"] == "GZIP")


def _model_uri(document: Shape) -> str:
    return f"{_output_base(document)}/{'model.tar.gz' if _is_compressed(document) else 'model/'}"


def _source_archive(document: Shape) -> str | None:
    """The URI in the hyperparameter `sagemaker_submit_directory`, which the v2 SDK encodes as JSON and v3 does not."""
    value = document.get("HyperParameters", {}).get("sagemaker_submit_directory", "")
    try:
        decoded = json.loads(value)
    except ValueError:
        decoded = value
    return decoded if isinstance(decoded, str) and decoded.startswith("s3://") else None


def _instances(resources: Shape) -> dict[str, Any]:
    shown = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
    return {f"SageMaker.{member}": resources[member] for member in shown if member in resources}


def _component(document: Shape) -> str:
    return component_name(document["TrainingJobName"], "aws-training-job")
