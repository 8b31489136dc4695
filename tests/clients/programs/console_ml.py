"""boto3: a small system for the console's pages - a pipeline that ran twice and failed once, two versions, an endpoint.

Prints the ARNs of the executions, and `done`.
"""

import io
import json
import sys
import tarfile
import time

import boto3

PLAIN = "python:3.11-slim"
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
BUCKET = "console-ml"
NAME = "console-lines"

TRAIN = """
import json, pathlib, time
rounds = int(json.loads(pathlib.Path("/opt/ml/input/config/hyperparameters.json").read_text())["rounds"])
if rounds < 1:
    raise ValueError("rounds has to be 1 at least")
for number in range(rounds):
    print(f"loss={1 / (number + 1):.4f};", flush=True)
    time.sleep(0.02)
print("<script>document.title = 'markup'</script>")
pathlib.Path("/opt/ml/model/rounds").write_text(str(rounds))
"""
EVALUATE = """
import json, pathlib, tarfile
with tarfile.open("/opt/ml/processing/input/model/model.tar.gz") as archive:
    rounds = int(archive.extractfile(next(m for m in archive if m.name.endswith("rounds"))).read())
metrics = {"auc": {"value": 1 - 0.5 / rounds}, "log_loss": {"value": 1 / rounds}}
pathlib.Path("/opt/ml/processing/report/evaluation.json").write_text(json.dumps({"metrics": metrics}))
"""
SERVE = """
def model_fn(folder):
    return 3.0

def input_fn(body, content_type):
    return body if isinstance(body, str) else bytes(body).decode()

def predict_fn(text, slope):
    return [slope * float(row) for row in text.split()]

def output_fn(numbers, accept):
    return "\\n".join(map(str, numbers)), "text/csv"
"""

s3, sagemaker, runtime, events = (boto3.client(name) for name in ("s3", "sagemaker", "sagemaker-runtime", "events"))


def put(key, text):
    s3.put_object(Bucket=BUCKET, Key=key, Body=text if isinstance(text, bytes) else text.encode())
    return f"s3://{BUCKET}/{key}"


def get(path):
    return {"Get": path}


def train_step():
    code = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": put("train/main.py", TRAIN)}}
    arguments = {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": PLAIN,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/main.py"],
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+);"}],
        },
        "InputDataConfig": [{"ChannelName": "code", "DataSource": code}],
        "HyperParameters": {"rounds": get("Parameters.Rounds")},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    return {"Name": "Train", "Type": "Training", "Arguments": arguments, "CacheConfig": {"Enabled": True}}


def evaluate_step():
    def given(name, uri):
        target = {"S3Uri": uri, "S3DataType": "S3Prefix", "LocalPath": f"/opt/ml/processing/input/{name}"}
        return {"InputName": name, "S3Input": target}

    report = {"Std:Join": {"On": "/", "Values": [f"s3://{BUCKET}/reports", get("Execution.PipelineExecutionId")]}}
    target = {"S3Uri": report, "LocalPath": "/opt/ml/processing/report", "S3UploadMode": "EndOfJob"}
    arguments = {
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": PLAIN,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/main.py"],
        },
        "ProcessingInputs": [
            given("code", put("evaluate/main.py", EVALUATE)),
            given("model", get("Steps.Train.ModelArtifacts.S3ModelArtifacts")),
        ],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "report", "S3Output": target}]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    file = {"PropertyFileName": "Report", "OutputName": "report", "FilePath": "evaluation.json"}
    return {"Name": "Evaluate", "Type": "Processing", "Arguments": arguments, "PropertyFiles": [file]}


def register_step():
    report = get("Steps.Evaluate.ProcessingOutputConfig.Outputs['report'].S3Output.S3Uri")
    uri = {"Std:Join": {"On": "/", "Values": [report, "evaluation.json"]}}
    container = {"Image": SKLEARN, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    arguments = {
        "ModelPackageGroupName": NAME,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelMetrics": {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": uri}}},
    }
    return {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}


def good_enough():
    auc = {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "metrics.auc.value"}}
    weak = {"Name": "TooWeak", "Type": "Fail", "Arguments": {"ErrorMessage": "the model is too weak"}}
    arguments = {
        "Conditions": [{"Type": "GreaterThanOrEqualTo", "LeftValue": auc, "RightValue": get("Parameters.LeastAUC")}],
        "IfSteps": [register_step()],
        "ElseSteps": [weak],
    }
    return {"Name": "GoodEnough", "Type": "Condition", "Arguments": arguments}


def create_pipeline():
    parameters = [
        {"Name": "Rounds", "Type": "Integer", "DefaultValue": 4},
        {"Name": "LeastAUC", "Type": "Float", "DefaultValue": 0.6},
    ]
    definition = {"Version": "2020-12-01", "Parameters": parameters}
    definition["Steps"] = [train_step(), evaluate_step(), good_enough()]
    described = "A line, trained round by round"
    sagemaker.create_pipeline(
        PipelineName=NAME, PipelineDescription=described, RoleArn=ROLE, PipelineDefinition=json.dumps(definition)
    )


def run(**parameters):
    given = [{"Name": name, "Value": str(value)} for name, value in parameters.items()]
    started = sagemaker.start_pipeline_execution(PipelineName=NAME, PipelineParameters=given)
    arn = started["PipelineExecutionArn"]
    while (told := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))[
        "PipelineExecutionStatus"
    ] == "Executing":
        time.sleep(0.05)
    return arn, told["PipelineExecutionStatus"]


def create_rule():
    """What an approval starts: the pipeline again, so that the preview has something to tell."""
    detail = {"ModelPackageGroupName": [NAME], "ModelApprovalStatus": ["Approved"], "ModelPackageVersion": [99]}
    close = {**detail, "ModelPackageVersion": [2]}
    for name, wanted in (("console-approved", close), ("console-other-version", detail)):
        pattern = {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": wanted,
        }
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = sagemaker.describe_pipeline(PipelineName=NAME)["PipelineArn"]
    parameters = [{"Name": "Rounds", "Value": "3"}]
    target = {"Id": "again", "Arn": arn, "RoleArn": ROLE}
    target["SageMakerPipelineParameters"] = {"PipelineParameterList": parameters}
    events.put_targets(Rule="console-approved", Targets=[target])


def serve():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(SERVE)
        archive.addfile(member, io.BytesIO(SERVE.encode()))
    container = {"Image": SKLEARN, "ModelDataUrl": put("serve/model.tar.gz", buffer.getvalue())}
    sagemaker.create_model(ModelName=NAME, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variants = [
        {
            "VariantName": name,
            "ModelName": NAME,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
            "InitialVariantWeight": weight,
        }
        for name, weight in (("main", 3.0), ("trial", 1.0))
    ]
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=variants, DataCaptureConfig=capture)
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    runtime.invoke_endpoint(EndpointName=NAME, Body=b"7", ContentType="text/csv")
    for _ in range(200):
        if s3.list_objects_v2(Bucket=BUCKET, Prefix=f"captured/{NAME}/").get("Contents"):
            break
        time.sleep(0.05)


s3.create_bucket(Bucket=BUCKET)
sagemaker.create_model_package_group(ModelPackageGroupName=NAME, ModelPackageGroupDescription="Lines through points")
create_pipeline()
for rounds, expected in ((4, "Succeeded"), (20, "Succeeded"), (0, "Failed")):
    arn, status = run(Rounds=rounds)
    assert status == expected, (arn, status)
    print(arn)
create_rule()
if "--no-endpoint" not in sys.argv:
    serve()
print("done")
