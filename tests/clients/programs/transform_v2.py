"""The second generation of the SDK: a Transformer, and a TransformStep of a pipeline."""

import io
import tarfile

import boto3
import sagemaker
from sagemaker.inputs import TransformInput
from sagemaker.model import Model
from sagemaker.transformer import Transformer
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TransformStep

SCRIPT = """
import numpy
def model_fn(folder): return 2
def predict_fn(data, model): return data[:, 0] * model
"""

session = sagemaker.Session()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
image = sagemaker.image_uris.retrieve("sklearn", session.boto_region_name, "1.2-1")
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
    member = tarfile.TarInfo("code/inference.py")
    member.size = len(SCRIPT)
    archive.addfile(member, io.BytesIO(SCRIPT.encode()))
s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key="transform/model.tar.gz", Body=buffer.getvalue())
s3.put_object(Bucket=bucket, Key="transform/in/a.csv", Body=b"1,7\n2,8\n")
uri = f"s3://{bucket}/transform"

model = Model(image, f"{uri}/model.tar.gz", role, sagemaker_session=session, name="doubling")
transformer = model.transformer(
    1, "ml.m5.large", strategy="MultiRecord", assemble_with="Line", accept="text/csv", output_path=f"{uri}/out"
)
transformer.transform(
    f"{uri}/in", content_type="text/csv", split_type="Line", join_source="Input", wait=True, logs=True
)
out = s3.get_object(Bucket=bucket, Key="transform/out/a.csv.out")["Body"].read()
assert out == b"1,7,2.0\n2,8,4.0\n", out
attached = Transformer.attach(transformer.latest_transform_job.name, session)
assert attached.model_name == "doubling"

pipelines = PipelineSession()
planned = Transformer("doubling", 1, "ml.m5.large", output_path=f"{uri}/step", sagemaker_session=pipelines)
step = TransformStep("Transform", inputs=TransformInput(f"{uri}/in", content_type="text/csv"), transformer=planned)
pipeline = Pipeline("transforms", steps=[step], sagemaker_session=pipelines)
pipeline.upsert(role)
execution = pipeline.start()
execution.wait(delay=1)
(shown,) = execution.list_steps()
assert shown["StepStatus"] == "Succeeded", shown
assert s3.get_object(Bucket=bucket, Key="transform/step/a.csv.out")["Body"].read() == b"[2.0, 4.0]"
print("done")
