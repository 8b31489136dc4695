"""The second generation of the SDK: train, look, process, register - and read why a job failed."""

import io
import tarfile
import tempfile
from pathlib import Path

import boto3
import sagemaker
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor

SOURCE = Path(__file__).parent / "source"

session = sagemaker.Session()
role = sagemaker.get_execution_role()
assert ":role/" in role, role
bucket = session.default_bucket()
assert bucket == f"sagemaker-{session.boto_region_name}-{session.account_id()}", bucket

points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
data = session.upload_string_as_file_body(points, bucket, "points/points.csv").rsplit("/", 1)[0]


def estimator(entry_point: str) -> SKLearn:
    return SKLearn(
        entry_point=entry_point,
        source_dir=str(SOURCE),
        framework_version="1.2-1",
        instance_type="ml.m5.xlarge",
        role=role,
        hyperparameters={"name": "a b", "fit-intercept": 0},
        metric_definitions=[{"Name": "slope", "Regex": "slope=([0-9.]+);"}],
        sagemaker_session=session,
    )


# Training: artifacts, metrics, logs, what Describe gives back.
good = estimator("train.py")
good.fit({"train": data})
described = good.latest_training_job.describe()
assert described["TrainingJobStatus"] == "Completed", described
assert [metric["Value"] for metric in described["FinalMetricDataList"]] == [3.0], described["FinalMetricDataList"]
assert described["SecondaryStatusTransitions"][-1]["Status"] == "Completed"
assert described["HyperParameters"]["name"] == '"a b"', described["HyperParameters"]
s3 = boto3.client("s3")
key = good.model_data.removeprefix(f"s3://{bucket}/")
with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as archive:
    assert [name.removeprefix("./") for name in archive.getnames() if name not in (".", "")] == ["model.joblib"]
attached = SKLearn.attach(good.latest_training_job.name, sagemaker_session=session)
assert attached.hyperparameters()["name"] == '"a b"', attached.hyperparameters()

# A script that raises: the reason is the line that explains it.
bad = estimator("fail.py")
try:
    bad.fit({"train": data}, logs=False)
except UnexpectedStatusException as error:
    assert "the column `late` is not in the table" in str(error), error
else:
    raise AssertionError("a failing script must fail its job")

# Processing.
processor = SKLearnProcessor("1.2-1", role, instance_type="ml.m5.xlarge", instance_count=1, sagemaker_session=session)
processor.run(
    code=str(SOURCE / "report.py"),
    inputs=[ProcessingInput(data, "/opt/ml/processing/input")],
    outputs=[ProcessingOutput("/opt/ml/processing/report", output_name="report")],
)
report = processor.latest_job.describe()["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
with tempfile.TemporaryDirectory() as folder:
    sagemaker.s3.S3Downloader.download(report, folder, sagemaker_session=session)
    assert (Path(folder) / "report.json").read_text() == '{"rows": {"value": 20}}'

# The registry: versions count up, newest first, approval.
client = boto3.client("sagemaker")
for version in (1, 2):
    package = good.register(["text/csv"], ["text/csv"], ["ml.m5.large"], ["ml.m5.large"], model_package_group_name="v2")
    assert package.model_package_arn.endswith(f":model-package/v2/{version}"), package.model_package_arn
packages = client.list_model_packages(ModelPackageGroupName="v2")["ModelPackageSummaryList"]
assert [found["ModelPackageVersion"] for found in packages] == [2, 1]
client.update_model_package(ModelPackageArn=packages[0]["ModelPackageArn"], ModelApprovalStatus="Approved")
approved = client.list_model_packages(ModelPackageGroupName="v2", ModelApprovalStatus="Approved")
assert len(approved["ModelPackageSummaryList"]) == 1
print("done")
