"""Flights and weather to a registered model, by the third generation of the SageMaker SDK."""

from pathlib import Path

from pipelines.flights.data import WEATHER, newest_manifest
from sagemaker.core import image_uris
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.s3 import S3Uploader
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
from sagemaker.serve import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

STEPS = Path(__file__).parent / "steps"
FRAMEWORK = "1.2-1"
INSTANCE = "ml.m5.xlarge"

CACHE = CacheConfig(enable_caching=True, expire_after="P30D")


def get_pipeline(session, role, bucket, config):
    """Weather and flights -> features -> model -> evaluation -> good enough? -> repackage -> register."""
    manifest = ParameterString("FlightsManifest", default_value=newest_manifest(bucket))
    rounds = ParameterInteger("Rounds", default_value=60)
    least_auc = ParameterFloat("LeastAUC", default_value=0.65)
    image = image_uris.retrieve("sklearn", session.boto_region_name, version=FRAMEWORK, py_version="py3")
    processor = ScriptProcessor(
        role=role,
        image_uri=image,
        command=["python3"],
        instance_count=1,
        instance_type=INSTANCE,
        sagemaker_session=session,
    )
    place = f"s3://{bucket}/{config['Pipeline']}"

    weather = weather_step(processor, bucket, place)
    preprocess = preprocess_step(processor, Join("/", [f"s3://{bucket}", manifest]), weather, place)
    train = train_step(session, role, image, preprocess, rounds, place)
    evaluation = PropertyFile("EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = evaluate_step(processor, train, preprocess, evaluation, place)
    repackage = repackage_step(session, role, bucket, train)
    register = register_step(session, role, image, repackage, evaluate, config["ModelPackageGroup"])
    auc = JsonGet(evaluate.name, evaluation, "binary_classification_metrics.auc.value")
    good_enough = ConditionStep(
        "GoodEnough",
        conditions=[ConditionGreaterThanOrEqualTo(auc, least_auc)],
        if_steps=[repackage, register],
        else_steps=[FailStep("TooWeak", error_message=Join(" ", ["AUC is below", least_auc]))],
    )
    return Pipeline(
        config["Pipeline"],
        parameters=[manifest, rounds, least_auc],
        steps=[weather, preprocess, train, evaluate, good_enough],
        sagemaker_session=session,
    )


def weather_step(processor, bucket, place):
    arguments = processor.run(
        code=str(STEPS / "weather.py"),
        inputs=[source("raw", f"s3://{bucket}/{WEATHER}", "/opt/ml/processing/weather")],
        outputs=[target("weather", "/opt/ml/processing/tidy", place)],
    )
    return ProcessingStep("PrepareWeather", step_args=arguments, cache_config=CACHE)


def preprocess_step(processor, manifest, weather, place):
    arguments = processor.run(
        code=str(STEPS / "preprocess.py"),
        arguments=["--test-days", "14"],
        inputs=[
            source("flights", manifest, "/opt/ml/processing/flights", "ManifestFile"),
            source("weather", output_uri(weather, "weather"), "/opt/ml/processing/tidy"),
        ],
        outputs=[target(name, f"/opt/ml/processing/output/{name}", place) for name in ("train", "test")],
    )
    return ProcessingStep("Preprocess", step_args=arguments, cache_config=CACHE)


def train_step(session, role, image, preprocess, rounds, place):
    trainer = ModelTrainer(
        training_image=image,
        source_code=SourceCode(source_dir=str(STEPS), entry_script="train.py"),
        compute=Compute(instance_type=INSTANCE, instance_count=1),
        hyperparameters={"learning-rate": 0.1, "rounds": rounds},
        base_job_name="flights",
        role=role,
        sagemaker_session=session,
    )
    arguments = trainer.train([InputData(channel_name="train", data_source=output_uri(preprocess, "train"))])
    return TrainingStep("Train", step_args=arguments, cache_config=CACHE)


def evaluate_step(processor, train, preprocess, report, place):
    arguments = processor.run(
        code=str(STEPS / "evaluate.py"),
        inputs=[
            source("model", train.properties.ModelArtifacts.S3ModelArtifacts, "/opt/ml/processing/model"),
            source("test", output_uri(preprocess, "test"), "/opt/ml/processing/test"),
        ],
        outputs=[target("evaluation", "/opt/ml/processing/evaluation", place)],
    )
    return ProcessingStep("Evaluate", step_args=arguments, property_files=[report], cache_config=CACHE)


def repackage_step(session, role, bucket, train):
    code = S3Uploader.upload(str(STEPS / "inference.py"), f"s3://{bucket}/flights/code", sagemaker_session=session)
    function = Lambda(
        function_name="flights-repackage",
        execution_role_arn=role,
        script=str(STEPS / "repackage.py"),
        handler="repackage.handler",
        runtime="python3.11",
        timeout=60,
        memory_size=512,
        session=session,
    )
    inputs = {"model_data": train.properties.ModelArtifacts.S3ModelArtifacts, "inference_code": code}
    outputs = [LambdaOutput("model_data", LambdaOutputTypeEnum.String)]
    return LambdaStep("Repackage", lambda_func=function, inputs=inputs, outputs=outputs)


def register_step(session, role, image, repackage, evaluate, group):
    builder = ModelBuilder(
        image_uri=image,
        s3_model_data_url=repackage.properties.Outputs["model_data"],
        env_vars={"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
        role_arn=role,
        sagemaker_session=session,
    )
    report = Join("/", [output_uri(evaluate, "evaluation"), "evaluation.json"])
    arguments = builder.register(
        content_types=["text/csv"],
        response_types=["application/json"],
        inference_instances=[INSTANCE],
        transform_instances=[INSTANCE],
        model_package_group_name=group,
        approval_status="PendingManualApproval",
        model_metrics=ModelMetrics(model_statistics=MetricsSource("application/json", report)),
    )
    return ModelStep("Flights", step_args=arguments)


def source(name, uri, path, kind="S3Prefix"):
    s3 = ProcessingS3Input(s3_uri=uri, local_path=path, s3_data_type=kind, s3_input_mode="File")
    return ProcessingInput(input_name=name, s3_input=s3)


def target(name, path, place):
    """Each execution writes to a place of its own."""
    uri = Join("/", [place, ExecutionVariables.PIPELINE_EXECUTION_ID, name])
    s3 = ProcessingS3Output(s3_uri=uri, local_path=path, s3_upload_mode="EndOfJob")
    return ProcessingOutput(output_name=name, s3_output=s3)


def output_uri(step, name):
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri
