"""A pipeline by the second generation of the SDK: process, train, condition, Lambda, register; cache, functions."""

from pathlib import Path

import boto3
import sagemaker
from sagemaker.inputs import TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.function_step import step
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

SOURCE = Path(__file__).parent / "source"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

session = PipelineSession()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
client = boto3.client("sagemaker")
points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
boto3.client("s3").put_object(Bucket=bucket, Key="v2/points/points.csv", Body=points.encode())

data = ParameterString("Data", default_value=f"s3://{bucket}/v2/points")
least = ParameterInteger("LeastRows", default_value=10)
cache = CacheConfig(enable_caching=True, expire_after="P1D")

processor = SKLearnProcessor("1.2-1", role, 1, "ml.m5.xlarge", sagemaker_session=session)
report = PropertyFile("Report", output_name="report", path="report.json")
count = ProcessingStep(
    "Count",
    step_args=processor.run(
        code=str(SOURCE / "report.py"),
        inputs=[ProcessingInput(data, "/opt/ml/processing/input")],
        outputs=[ProcessingOutput("/opt/ml/processing/report", output_name="report")],
    ),
    property_files=[report],
    cache_config=cache,
)
estimator = SKLearn(
    entry_point="train.py",
    source_dir=str(SOURCE),
    framework_version="1.2-1",
    instance_type="ml.m5.xlarge",
    role=role,
    hyperparameters={"name": "pipeline"},
    sagemaker_session=session,
)
train = TrainingStep("Train", step_args=estimator.fit({"train": TrainingInput(data)}), cache_config=cache)
Path("echo.py").write_text("def handler(event, context):\n    return {'model': event['model']}\n")
function = Lambda(
    function_name="v2-echo",
    execution_role_arn=role,
    script="echo.py",
    handler="echo.handler",
    session=session,
)
echo = LambdaStep(
    "Echo",
    lambda_func=function,
    inputs={"model": train.properties.ModelArtifacts.S3ModelArtifacts},
    outputs=[LambdaOutput("model", LambdaOutputTypeEnum.String)],
)
model = Model(image_uri=IMAGE, model_data=echo.properties.Outputs["model"], role=role, sagemaker_session=session)
register = ModelStep(
    "Line",
    step_args=model.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        model_package_group_name="v2-lines",
        approval_status="PendingManualApproval",
    ),
)
rows = JsonGet(count.name, report, "rows.value")
enough = ConditionStep(
    "Enough",
    conditions=[ConditionGreaterThanOrEqualTo(rows, least)],
    if_steps=[echo, register],
    else_steps=[FailStep("TooFew", error_message=Join(" ", ["fewer rows than", least]))],
)
pipeline = Pipeline("v2-lines", parameters=[data, least], steps=[count, train, enough], sagemaker_session=session)
pipeline.upsert(role)
pipeline.upsert(role)


def run(**parameters: object) -> tuple:
    execution = pipeline.start(parameters=parameters or None)
    try:
        execution.wait(delay=1, max_attempts=120)
    except Exception as error:
        print(type(error).__name__)
    steps = {found["StepName"]: found for found in execution.list_steps()}
    return execution, execution.describe(), steps


# All of it runs, and registers version 1.
execution, described, steps = run()
assert described["PipelineExecutionStatus"] == "Succeeded", (described, steps)
assert set(steps) == {"Count", "Train", "Enough", "Echo", "Line-RegisterModel"}, steps
assert steps["Enough"]["Metadata"]["Condition"]["Outcome"] == "True"
artifacts = client.describe_training_job(
    TrainingJobName=steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
)["ModelArtifacts"]["S3ModelArtifacts"]
package = client.describe_model_package(
    ModelPackageName=steps["Line-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
)
assert package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == artifacts
assert package["ModelPackageVersion"] == 1

# The same again: cached steps are answered by the first execution.
_, described, steps = run()
assert steps["Count"]["CacheHitResult"]["SourcePipelineExecutionArn"] == execution.arn, steps["Count"]
assert "CacheHitResult" in steps["Train"], steps["Train"]

# Too high a demand: the Fail step's message.
_, described, steps = run(LeastRows=1000)
assert described["PipelineExecutionStatus"] == "Failed", described
assert steps["TooFew"]["FailureReason"] == "fewer rows than 1000", steps["TooFew"]
assert "Echo" not in steps

# An unknown parameter is refused by name.
try:
    client.start_pipeline_execution(PipelineName="v2-lines", PipelineParameters=[{"Name": "Rows", "Value": "1"}])
except client.exceptions.ClientError as error:
    assert error.response["Error"]["Code"] == "ValidationException", error
    assert "Rows" in str(error), error
else:
    raise AssertionError("an unknown parameter must be refused")


# Functions as steps: their values travel, and come back to the notebook.
@step(instance_type="ml.m5.xlarge", image_uri="python:3.11", role=role)
def double(number: int) -> int:
    return 2 * number


@step(name="Add", instance_type="ml.m5.xlarge", image_uri="python:3.11", role=role)
def add(left: int, right: int) -> int:
    return left + right


functions = Pipeline("v2-functions", steps=[add(double(3), double(4))], sagemaker_session=session)
functions.upsert(role)
execution = functions.start()
execution.wait(delay=1, max_attempts=120)
assert execution.result("Add") == 14
print("done")
