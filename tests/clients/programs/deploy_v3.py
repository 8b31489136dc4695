"""The third generation of the SDK: ModelBuilder deploys a trained model; core resources invoke and update it."""

import json
from pathlib import Path

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.resources import Endpoint, EndpointConfig
from sagemaker.core.shapes import ProductionVariant
from sagemaker.serve import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

SOURCE = Path(__file__).parent / "source"

session = Session()
role = get_execution_role()
bucket = session.default_bucket()
points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
boto3.client("s3").put_object(Bucket=bucket, Key="points/points.csv", Body=points.encode())
image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1", py_version="py3")
trainer = ModelTrainer(
    training_image=image,
    source_code=SourceCode(source_dir=str(SOURCE), entry_script="train.py"),
    compute=Compute(instance_type="ml.m5.xlarge", instance_count=1),
    role=role,
    sagemaker_session=session,
)
trainer.train([InputData(channel_name="train", data_source=f"s3://{bucket}/points")], wait=True, logs=False)
job = trainer._latest_training_job
job.refresh()

builder = ModelBuilder(
    image_uri=image,
    s3_model_data_url=job.model_artifacts.s3_model_artifacts,
    source_code=SourceCode(source_dir=str(SOURCE), entry_script="serve.py"),
    role_arn=role,
    sagemaker_session=session,
    instance_type="ml.m5.large",
)
model = builder.build(model_name="third")
deployed = builder.deploy(endpoint_name="third", initial_instance_count=1, wait=False)
endpoint = Endpoint.get(endpoint_name="third")
endpoint.wait_for_status("InService", poll=1)
answer = endpoint.invoke(body=json.dumps([[2.0], [5.0]]), content_type="application/json", accept="application/json")
said = json.loads(answer.body.read())
assert [round(value) for value in said] == [6, 15], said
assert answer.invoked_production_variant == endpoint.production_variants[0].variant_name

variant = ProductionVariant(
    variant_name="more", model_name="third", instance_type="ml.m5.large", initial_instance_count=2
)
config = EndpointConfig.create(endpoint_config_name="third-more", production_variants=[variant])
endpoint.endpoint_config_name = config.endpoint_config_name
endpoint.update()
endpoint.wait_for_status("InService", poll=1)
endpoint.refresh()
assert endpoint.production_variants[0].current_instance_count == 2, endpoint.production_variants
assert "third" in [found.endpoint_name for found in Endpoint.get_all()]
endpoint.delete()
endpoint.wait_for_delete(poll=1)
print("done")
