"""A pipeline on the real bricks: jobs and a function run in their sandboxes, objects lie in S3."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.bricks.sagemaker.conftest import IMAGE, tar_gz
from tests.bricks.sagemaker.pipelines.builders import ROLE, compare, condition, definition, fail, get, register

from brickline.baseplate import naming
from brickline.baseplate.brick import Shape

PREPROCESS = (
    "import json, pathlib\n"
    "pathlib.Path('/opt/ml/processing/evaluation/evaluation.json').write_text(json.dumps({'auc': {'value': 0.8}}))\n"
    "pathlib.Path('/opt/ml/processing/train/rows.csv').write_text('1,2')\n"
)
TRAIN = (
    "import json, os, pathlib\n"
    "rows = pathlib.Path('/opt/ml/input/data/train/rows.csv').read_text()\n"
    "epochs = json.loads(pathlib.Path('/opt/ml/input/config/hyperparameters.json').read_text())['epochs']\n"
    "pathlib.Path('/opt/ml/model/model').write_text(rows + '/' + epochs)\n"
)
HANDLER = "def handler(event, context):\n    return {'model': event['model'].upper(), 'size': 3}\n"


def job(request: Shape, name_member: str) -> Shape:
    return {member: value for member, value in request.items() if member != name_member}


def pipeline(account: Any) -> str:
    process = account.processing_request("p", PREPROCESS)
    process["ProcessingOutputConfig"] = {"Outputs": [account.output("evaluation"), account.output("train")]}
    report = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}
    train = account.training_request("t", run=TRAIN, HyperParameters={"epochs": get("Parameters.Epochs")})
    rows = get("Steps.Process.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri")
    train["InputDataConfig"].append(account.channel("train", rows))
    caches = {"CacheConfig": {"Enabled": True}}
    auc = {"Std:JsonGet": {"PropertyFile": get("Steps.Process.PropertyFiles.Report"), "Path": "auc.value"}}
    artifacts = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    function = {
        "Name": "Repackage",
        "Type": "Lambda",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:repackage",
        "Arguments": {"model": artifacts},
        "OutputParameters": [
            {"OutputName": "model", "OutputType": "String"},
            {"OutputName": "size", "OutputType": "Integer"},
        ],
    }
    container = {"Image": train["AlgorithmSpecification"]["TrainingImage"], "ModelDataUrl": artifacts}
    specification = {
        "Containers": [container],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    properties = {"loud": get("Steps.Repackage.OutputParameters['model']")}
    steps = [
        {
            "Name": "Process",
            "Type": "Processing",
            "Arguments": job(process, "ProcessingJobName"),
            "PropertyFiles": [report],
            **caches,
        },
        {"Name": "Train", "Type": "Training", "Arguments": job(train, "TrainingJobName"), **caches},
        condition(
            "Good",
            compare("GreaterThan", auc, 0.5),
            then=[
                function,
                register(InferenceSpecification=specification, CustomerMetadataProperties=properties),
            ],
            otherwise=[fail("Bad")],
        ),
    ]
    return definition(*steps, parameters=[{"Name": "Epochs", "Type": "Integer", "DefaultValue": 3}])


def run(account: Any) -> tuple[Shape, dict[str, Shape]]:
    token = naming.unique_id()
    arn = account("StartPipelineExecution", PipelineName="p", ClientRequestToken=token)["PipelineExecutionArn"]
    while True:
        execution = account("DescribePipelineExecution", PipelineExecutionArn=arn)
        if execution["PipelineExecutionStatus"] != "Executing":
            break
        account._owner.told.get(timeout=120)
    listed = account("ListPipelineExecutionSteps", PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return execution, {step["StepName"]: step for step in reversed(listed)}


def make_function(account: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", HANDLER)
    account.context.call(
        "lambda",
        "CreateFunction",
        FunctionName="repackage",
        Runtime="python3.11",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )


def test_process_train_decide_repackage_register_and_once_more_from_the_cache(account: Any) -> None:
    make_function(account)
    account(
        "CreatePipeline",
        PipelineName="p",
        PipelineDefinition=pipeline(account),
        RoleArn=ROLE,
        ClientRequestToken=naming.unique_id(),
    )
    execution, steps = run(account)
    reasons = json.dumps({name: step.get("FailureReason") for name, step in steps.items()})
    assert execution["PipelineExecutionStatus"] == "Succeeded", reasons
    assert list(steps) == ["Process", "Train", "Good", "Repackage", "Register"]
    job_name = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    assert account.members(f"out/{job_name}/output/model.tar.gz") == {"model": b"1,2/3"}
    package = account("DescribeModelPackage", ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"])
    assert package["ModelPackageVersion"] == 1
    assert package["CustomerMetadataProperties"]["loud"].endswith("MODEL.TAR.GZ")

    again, steps = run(account)
    assert again["PipelineExecutionStatus"] == "Succeeded"
    source = {"SourcePipelineExecutionArn": execution["PipelineExecutionArn"]}
    assert steps["Process"]["CacheHitResult"] == steps["Train"]["CacheHitResult"] == source
    assert steps["Register"]["Metadata"]["RegisterModel"]["Arn"].endswith("model-package/group/2")


def test_a_model_is_made_and_transforms(account: Any) -> None:
    script = "def model_fn(folder): return 2\ndef predict_fn(data, model): return data * model\n"
    url = account.put("model.tar.gz", tar_gz({"code/inference.py": script}))
    account.put("in/a", "[1, 2]")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    model = {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": url}}
    transform = {
        "ModelName": get("Steps.Make.ModelName"),
        "TransformInput": {"DataSource": source, "ContentType": "application/json"},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    }
    steps = [
        {"Name": "Make", "Type": "Model", "Arguments": model},
        {"Name": "Transform", "Type": "Transform", "Arguments": transform},
    ]
    account(
        "CreatePipeline",
        PipelineName="p",
        PipelineDefinition=definition(*steps),
        RoleArn=ROLE,
        ClientRequestToken=naming.unique_id(),
    )
    execution, shown = run(account)
    assert execution["PipelineExecutionStatus"] == "Succeeded", shown
    assert account.get("out/a.out") == b"[2, 4]"
    assert ":transform-job/pipelines-" in shown["Transform"]["Metadata"]["TransformJob"]["Arn"]
