"""What a job's request has to fulfil that the service's model cannot say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.s3_uris import check_bucket
from brickline.images.environments import Environments
from brickline.images.resolve import Environment, UnknownImage

_PROCESSING = "/opt/ml/processing"
_RESERVED = ("/opt/ml/input", "/opt/ml/model", "/opt/ml/output", "/opt/ml/code")


def check_image(environments: Environments, member: str, image: str | None) -> Environment:
    """What stands for the image. Refused, naming `member`, where nothing does."""
    if not image:
        raise invalid(f"{member}: no image is given; algorithms from the marketplace are not there")
    try:
        return environments.resolve(image)
    except UnknownImage as error:
        raise invalid(f"{member}: {error}") from None


def check_unique(member: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise invalid(f"{member}: the name {name!r} is given {count} times; names have to be unique")


def check_training(context: Context, request: Shape) -> None:
    """Channels, outputs, metrics and instances of a CreateTrainingJob request."""
    channels = layout.channels(request)
    check_unique("InputDataConfig", (channel["ChannelName"] for channel in channels))
    for channel in channels:
        _check_channel(context, request, channel, f"InputDataConfig[{channel['ChannelName']}]")
    check_bucket(context, "OutputDataConfig.S3OutputPath", request["OutputDataConfig"]["S3OutputPath"])
    _check_checkpoints(context, request.get("CheckpointConfig"))
    _check_instances(request.get("ResourceConfig"))
    for index, one in enumerate(request["AlgorithmSpecification"].get("MetricDefinitions", ())):
        _check_regex(f"AlgorithmSpecification.MetricDefinitions[{index}].Regex", one["Regex"])


def check_processing(context: Context, request: Shape) -> None:
    """Inputs and outputs of a CreateProcessingJob request."""
    inputs, outputs = request.get("ProcessingInputs", ()), request.get("ProcessingOutputConfig", {}).get("Outputs", ())
    check_unique("ProcessingInputs", (one["InputName"] for one in inputs))
    check_unique("ProcessingOutputConfig.Outputs", (one["OutputName"] for one in outputs))
    for one in inputs:
        _check_input(context, one, f"ProcessingInputs[{one['InputName']}]")
    for one in outputs:
        _check_output(context, one, f"ProcessingOutputConfig.Outputs[{one['OutputName']}]")


def _check_channel(context: Context, request: Shape, channel: Shape, path: str) -> None:
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        raise invalid(f"{path}.DataSource: only S3DataSource is there; file systems and datasets are not")
    if layout.input_mode(request, channel) == "Pipe":
        raise invalid(f"{path}.InputMode: Pipe is not there; use File, or FastFile to save the copy")
    if source["S3DataType"] == "Converse":
        raise invalid(f"{path}.DataSource.S3DataSource.S3DataType: Converse is not there; use S3Prefix or ManifestFile")
    if source["S3DataType"] == "AugmentedManifestFile" and layout.input_mode(request, channel) == "FastFile":
        raise invalid(f"{path}.InputMode: FastFile does not take an AugmentedManifestFile; use File")
    check_bucket(context, f"{path}.DataSource.S3DataSource.S3Uri", source["S3Uri"])


def _check_checkpoints(context: Context, config: Shape | None) -> None:
    if not config:
        return
    check_bucket(context, "CheckpointConfig.S3Uri", config["S3Uri"])
    local = config.get("LocalPath", layout.DEFAULT_CHECKPOINTS)
    is_taken = any(local == taken or local.startswith(f"{taken}/") for taken in _RESERVED)
    if not _is_plain(local) or is_taken:
        raise invalid(
            f"CheckpointConfig.LocalPath: {local!r} has to be an absolute path outside of {', '.join(_RESERVED)}"
        )


def _check_instances(resources: Shape | None) -> None:
    if not resources:
        raise invalid("ResourceConfig: it is needed; give InstanceType, InstanceCount and VolumeSizeInGB")
    if "InstanceGroups" not in resources and not ("InstanceType" in resources and "InstanceCount" in resources):
        raise invalid("ResourceConfig: either InstanceGroups, or InstanceType and InstanceCount are needed")


def _check_regex(member: str, expression: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise invalid(f"{member}: {expression!r} is not a regular expression: {error}") from None


def _check_input(context: Context, one: Shape, path: str) -> None:
    if one.get("AppManaged"):
        return
    source = one.get("S3Input")
    if source is None:
        raise invalid(f"{path}: only S3Input is there; dataset definitions (Athena, Redshift) are not")
    if source.get("S3InputMode") == "Pipe":
        raise invalid(f"{path}.S3Input.S3InputMode: Pipe is not there; use File")
    _check_local(f"{path}.S3Input.LocalPath", source.get("LocalPath", ""))
    check_bucket(context, f"{path}.S3Input.S3Uri", source["S3Uri"])


def _check_output(context: Context, one: Shape, path: str) -> None:
    if "FeatureStoreOutput" in one:
        raise invalid(f"{path}.FeatureStoreOutput: feature groups are not there; use S3Output")
    target = one.get("S3Output")
    if target is None:
        raise invalid(f"{path}: S3Output is needed")
    if one.get("AppManaged"):
        return
    _check_local(f"{path}.S3Output.LocalPath", target.get("LocalPath", ""))
    check_bucket(context, f"{path}.S3Output.S3Uri", target["S3Uri"])


def _check_local(member: str, path: str) -> None:
    if not _is_plain(path) or not f"{path}/".startswith(f"{_PROCESSING}/"):
        raise invalid(f"{member}: {path!r} has to be an absolute path below {_PROCESSING}")


def _is_plain(path: str) -> bool:
    parts = path.strip("/").split("/")
    return path.startswith("/") and not {"", ".", ".."} & set(parts)
