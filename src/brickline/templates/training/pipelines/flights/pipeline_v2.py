"""Flights and weather to a registered model, by the second generation of the SageMaker SDK."""

from pathlib import Path

from pipelines.flights.data import WEATHER, newest_manifest
from sagemaker import image_uris
from sagemaker.inputs import TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.s3 import S3Uploader
from sagemaker.sklearn import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

STEPS = Path(__file__).parent / "steps"
FRAMEWORK = "1.2-1"
INSTANCE = "ml.m5.xlarge"

CACHE = CacheConfig(enable_caching=True, expire_after="P30D")


def get_pipeline(session, role, bucket, config):
    """Weather and flights -> features -> model -> evaluation -> good enough? -> repackage -> register."""
    manifest = ParameterString("FlightsManifest", default_value=newest_manifest(bucket))
    rounds = ParameterInteger("Rounds", default_value=60)
    least_auc = ParameterFloat("LeastAUC", default_value=0.65)
    processor = SKLearnProcessor(FRAMEWORK, role, 1, INSTANCE, sagemaker_session=session)

    weather = weather_step(processor, bucket)
    preprocess = preprocess_step(processor, Join("/", [f"s3://{bucket}", manifest]), weather)
    train = train_step(session, role, preprocess, rounds)
    evaluation = PropertyFile("EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = evaluate_step(processor, train, preprocess, evaluation)
    repackage = repackage_step(session, role, bucket, train)
    register = register_step(session, role, repackage, evaluate, config["ModelPackageGroup"])
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


def weather_step(processor, bucket):
    arguments = processor.run(
        code=str(STEPS / "weather.py"),
        inputs=[ProcessingInput(f"s3://{bucket}/{WEATHER}", "/opt/ml/processing/weather")],
        outputs=[ProcessingOutput("/opt/ml/processing/tidy", output_name="weather")],
    )
    return ProcessingStep("PrepareWeather", step_args=arguments, cache_config=CACHE)


def preprocess_step(processor, manifest, weather):
    arguments = processor.run(
        code=str(STEPS / "preprocess.py"),
        arguments=["--test-days", "14"],
        inputs=[
            ProcessingInput(manifest, "/opt/ml/processing/flights", "flights", s3_data_type="ManifestFile"),
            ProcessingInput(output_uri(weather, "weather"), "/opt/ml/processing/tidy", "weather"),
        ],
        outputs=[ProcessingOutput(f"/opt/ml/processing/output/{name}", output_name=name) for name in ("train", "test")],
    )
    return ProcessingStep("Preprocess", step_args=arguments, cache_config=CACHE)


def train_step(session, role, preprocess, rounds):
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=str(STEPS),
        framework_version=FRAMEWORK,
        instance_type=INSTANCE,
        role=role,
        hyperparameters={"learning-rate": 0.1, "rounds": rounds},
        metric_definitions=[{"Name": "train:auc", "Regex": r"train:auc=([0-9.]+);"}],
        sagemaker_session=session,
    )
    arguments = estimator.fit({"train": TrainingInput(output_uri(preprocess, "train"), content_type="text/csv")})
    return TrainingStep("Train", step_args=arguments, cache_config=CACHE)


def evaluate_step(processor, train, preprocess, report):
    arguments = processor.run(
        code=str(STEPS / "evaluate.py"),
        inputs=[
            ProcessingInput(train.properties.ModelArtifacts.S3ModelArtifacts, "/opt/ml/processing/model"),
            ProcessingInput(output_uri(preprocess, "test"), "/opt/ml/processing/test"),
        ],
        outputs=[ProcessingOutput("/opt/ml/processing/evaluation", output_name="evaluation")],
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


def register_step(session, role, repackage, evaluate, group):
    model = Model(
        image_uri=image_uris.retrieve("sklearn", session.boto_region_name, FRAMEWORK),
        model_data=repackage.properties.Outputs["model_data"],
        role=role,
        env={"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
        sagemaker_session=session,
    )
    report = Join("/", [output_uri(evaluate, "evaluation"), "evaluation.json"])
    arguments = model.register(
        content_types=["text/csv"],
        response_types=["application/json"],
        inference_instances=[INSTANCE],
        transform_instances=[INSTANCE],
        model_package_group_name=group,
        approval_status="PendingManualApproval",
        model_metrics=ModelMetrics(model_statistics=MetricsSource("application/json", report)),
    )
    return ModelStep("Flights", step_args=arguments)


def output_uri(step, name):
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri
