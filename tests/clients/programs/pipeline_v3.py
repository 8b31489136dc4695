"""A pipeline by the third generation of the SDK: ModelTrainer, a processor, a condition, functions."""

from pathlib import Path

import boto3
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import JsonGet
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.function_step import step
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

SOURCE = Path(__file__).parent / "source"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

session = PipelineSession()
role = get_execution_role()
bucket = session.default_bucket()
points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
boto3.client("s3").put_object(Bucket=bucket, Key="v3/points/points.csv", Body=points.encode())

data = ParameterString("Data", default_value=f"s3://{bucket}/v3/points")
least = ParameterInteger("LeastRows", default_value=10)
cache = CacheConfig(enable_caching=True, expire_after="P1D")

processor = ScriptProcessor(
    role=role,
    image_uri=IMAGE,
    command=["python3"],
    instance_count=1,
    instance_type="ml.m5.xlarge",
    sagemaker_session=session,
)
report = PropertyFile("Report", output_name="report", path="report.json")
source = ProcessingS3Input(
    s3_uri=data, local_path="/opt/ml/processing/input", s3_data_type="S3Prefix", s3_input_mode="File"
)
target = ProcessingS3Output(
    s3_uri=f"s3://{bucket}/v3/report", local_path="/opt/ml/processing/report", s3_upload_mode="EndOfJob"
)
count = ProcessingStep(
    "Count",
    step_args=processor.run(
        code=str(SOURCE / "report.py"),
        inputs=[ProcessingInput(input_name="points", s3_input=source)],
        outputs=[ProcessingOutput(output_name="report", s3_output=target)],
    ),
    property_files=[report],
    cache_config=cache,
)
trainer = ModelTrainer(
    training_image=IMAGE,
    source_code=SourceCode(source_dir=str(SOURCE), entry_script="train.py"),
    compute=Compute(instance_type="ml.m5.xlarge", instance_count=1),
    hyperparameters={"name": "pipeline"},
    base_job_name="v3",
    role=role,
    sagemaker_session=session,
)
train = TrainingStep(
    "Train", step_args=trainer.train([InputData(channel_name="train", data_source=data)]), cache_config=cache
)


@step(name="Double", instance_type="ml.m5.xlarge", image_uri="python:3.11", role=role)
def double(number: int) -> int:
    return 2 * number


enough = ConditionStep(
    "Enough",
    conditions=[ConditionGreaterThanOrEqualTo(JsonGet(count.name, report, "rows.value"), least)],
    if_steps=[train],
    else_steps=[FailStep("TooFew", error_message="too few rows")],
)
pipeline = Pipeline("v3-lines", parameters=[data, least], steps=[count, enough, double(21)], sagemaker_session=session)
pipeline.upsert(role)
execution = pipeline.start()
execution.wait(delay=1, max_attempts=120)
steps = {found["StepName"]: found for found in execution.list_steps()}
assert execution.describe()["PipelineExecutionStatus"] == "Succeeded", steps
assert {"Count", "Train", "Enough", "Double"} == set(steps), steps
assert execution.result("Double") == 42
print("done")
