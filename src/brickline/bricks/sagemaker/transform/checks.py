"""What a CreateTransformJob request has to fulfil that the service's model cannot say."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.s3_uris import check_bucket
from brickline.bricks.sagemaker.transform.json_path import BadPath
from brickline.bricks.sagemaker.transform.records import Processing

_MOST_MB = 100
"""MaxConcurrentTransforms times MaxPayloadInMB."""


def check_transform(context: Context, request: Shape) -> None:
    source = request["TransformInput"]["DataSource"].get("S3DataSource")
    if source is None or source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise invalid("TransformInput.DataSource.S3DataSource.S3DataType: only S3Prefix and ManifestFile are there")
    check_bucket(context, "TransformInput.DataSource.S3DataSource.S3Uri", source["S3Uri"])
    check_bucket(context, "TransformOutput.S3OutputPath", request["TransformOutput"]["S3OutputPath"])
    split = request["TransformInput"].get("SplitType", "None")
    if split not in ("None", "Line"):
        raise invalid(f"TransformInput.SplitType: {split} is not there; use Line, or None to send objects whole")
    _check_strategy(request, split)
    _check_processing(request, split)
    if "DataCaptureConfig" in request:
        raise invalid("DataCaptureConfig: batch data capture is not there; leave it away")


def _check_strategy(request: Shape, split: str) -> None:
    if request.get("BatchStrategy") == "MultiRecord" and split == "None":
        raise invalid("BatchStrategy: MultiRecord needs a TransformInput.SplitType other than None")
    total = request.get("MaxConcurrentTransforms", 0) * request.get("MaxPayloadInMB", 6)
    if total > _MOST_MB:
        raise invalid(
            f"MaxConcurrentTransforms, MaxPayloadInMB: their product is {total}; it cannot be more than {_MOST_MB} MB"
        )


def _check_processing(request: Shape, split: str) -> None:
    try:
        processing = Processing.of(request)
    except BadPath as error:
        raise invalid(f"DataProcessing: {error}") from None
    assemble = request["TransformOutput"].get("AssembleWith", "None")
    if processing.works_on_answers and split != assemble:
        raise invalid(
            f"DataProcessing: TransformInput.SplitType ({split}) and TransformOutput.AssembleWith ({assemble}) have to "
            "be alike when records are joined or filtered"
        )
    if processing.input_filter and processing.input_format == "other":
        raise invalid("DataProcessing.InputFilter: TransformInput.ContentType has to be text/csv or application/json")
    formats = (processing.input_format, processing.output_format)
    if processing.joins and (formats[0] != formats[1] or "other" in formats):
        raise invalid(
            "DataProcessing.JoinSource: TransformInput.ContentType and TransformOutput.Accept have to be both text/csv "
            "or both application/json (or application/jsonlines)"
        )
    if processing.output_filter and processing.output_format == "other":
        raise invalid("DataProcessing.OutputFilter: TransformOutput.Accept has to be text/csv or application/json")
