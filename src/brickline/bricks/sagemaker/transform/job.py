"""Transform jobs: how their status moves. Pure.

TransformJobStatus  InProgress -> Completed | Failed | Stopped (by way of Stopping)
"""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.experiments.tracking import JobTrace, component_name
from brickline.bricks.sagemaker.jobs.plan import Ending


def begun(document: Shape) -> None:
    """What Describe shows of a job that has just been created."""
    document["TransformJobStatus"] = "InProgress"
    document["TransformInput"] = {"CompressionType": "None", "SplitType": "None", **document["TransformInput"]}
    document["TransformOutput"] = {"AssembleWith": "None", **document["TransformOutput"]}
    filters = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    document["DataProcessing"] = {**filters, **document.get("DataProcessing", {})}


def ended(document: Shape, ending: Ending, now: float) -> None:
    """The final status."""
    document["TransformJobStatus"] = ending.verdict
    document.setdefault("TransformStartTime", now)
    document["TransformEndTime"] = now
    if ending.reason:
        document["FailureReason"] = ending.reason


def trace(document: Shape) -> JobTrace:
    """What the job tells of itself to experiments and lineage."""
    name = document["TransformJobName"]
    resources = document["TransformResources"]
    source = document["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    return JobTrace(
        component=component_name(name, "aws-transform-job"),
        source_type="SageMakerTransformJob",
        display_name=document.get("ExperimentConfig", {}).get("TrialComponentDisplayName") or name,
        parameters={
            "SageMaker.InstanceType": resources["InstanceType"],
            "SageMaker.InstanceCount": resources["InstanceCount"],
            "SageMaker.ModelName": document["ModelName"],
        },
        inputs={"SageMaker.TransformInput": (source, "DataSet")},
        outputs={"SageMaker.TransformOutput": (document["TransformOutput"]["S3OutputPath"], "DataSet")},
    )
