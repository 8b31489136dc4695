"""The third generation of the SDK: ModelTrainer, its core resources, and a failure's reason."""

from pathlib import Path

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.resources import ModelPackage, ModelPackageGroup, TrainingJob
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

SOURCE = Path(__file__).parent / "source"

session = Session()
role = get_execution_role()
bucket = session.default_bucket()
points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
boto3.client("s3").put_object(Bucket=bucket, Key="points/points.csv", Body=points.encode())
image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1", py_version="py3")


def trainer(entry_script: str) -> ModelTrainer:
    return ModelTrainer(
        training_image=image,
        source_code=SourceCode(source_dir=str(SOURCE), entry_script=entry_script),
        compute=Compute(instance_type="ml.m5.xlarge", instance_count=1),
        hyperparameters={"name": "a b", "fit-intercept": 0},
        base_job_name="third",
        role=role,
        sagemaker_session=session,
    )


good = trainer("train.py")
good.train([InputData(channel_name="train", data_source=f"s3://{bucket}/points")], wait=True, logs=True)
job = good._latest_training_job
assert isinstance(job, TrainingJob)
job.refresh()
assert job.training_job_status == "Completed", job
artifacts = job.model_artifacts.s3_model_artifacts
assert artifacts.endswith("/output/model.tar.gz"), artifacts

bad = trainer("fail.py")
try:
    bad.train([InputData(channel_name="train", data_source=f"s3://{bucket}/points")], wait=True, logs=False)
except Exception as error:
    assert "the column `late` is not in the table" in str(error), error
else:
    raise AssertionError("a failing script must fail its job")

ModelPackageGroup.create(model_package_group_name="v3")
# ModelPackage.create() of 3.27 reads a member that the operation does not answer with, on AWS as well: so by boto3.
registered = boto3.client("sagemaker").create_model_package(
    ModelPackageGroupName="v3",
    InferenceSpecification={"Containers": [{"Image": image, "ModelDataUrl": artifacts}]},
)
package = ModelPackage.get(model_package_name=registered["ModelPackageArn"])
assert package.model_package_arn.endswith(":model-package/v3/1"), package.model_package_arn
assert package.model_approval_status == "PendingManualApproval", package.model_approval_status
assert [found.model_package_version for found in ModelPackage.get_all(model_package_group_name="v3")] == [1]
print("done")
