"""The second generation of the SDK: train, deploy, predict, update, deploy a package of the registry."""

from pathlib import Path

import boto3
import numpy as np
import sagemaker
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer, JSONSerializer
from sagemaker.sklearn import SKLearn, SKLearnModel

SOURCE = str(Path(__file__).parent / "source")

session = sagemaker.Session()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
points = "x,y\n" + "".join(f"{x},{3 * x}\n" for x in range(20))
data = session.upload_string_as_file_body(points, bucket, "points/points.csv").rsplit("/", 1)[0]
estimator = SKLearn(
    entry_point="train.py",
    source_dir=SOURCE,
    framework_version="1.2-1",
    instance_type="ml.m5.xlarge",
    role=role,
    sagemaker_session=session,
)
estimator.fit({"train": data}, logs=False)

# Waits of the SDK begin with half a minute's sleep, so boto3's waiter stands in for them here.
in_service = boto3.client("sagemaker").get_waiter("endpoint_in_service")
deleted = boto3.client("sagemaker").get_waiter("endpoint_deleted")

# The predictor of a scikit-learn model speaks numpy.
model = SKLearnModel(
    model_data=estimator.model_data,
    role=role,
    entry_point="serve.py",
    source_dir=SOURCE,
    framework_version="1.2-1",
    sagemaker_session=session,
)
capture = DataCaptureConfig(True, 100, f"s3://{bucket}/captured")
predictor = model.deploy(1, "ml.m5.large", endpoint_name="lines", data_capture_config=capture, wait=False)
in_service.wait(EndpointName="lines")
assert np.allclose(predictor.predict(np.array([[2.0], [5.0]])), [6.0, 15.0])
json_predictor = Predictor("lines", session, JSONSerializer(), JSONDeserializer())
assert np.allclose(json_predictor.predict([[2.0]]), [6.0])
try:
    Predictor("lines", session, CSVSerializer()).predict("a,b\n")
except session.sagemaker_runtime_client.exceptions.ModelError as error:
    assert error.response["OriginalStatusCode"] >= 400, error.response
    assert error.response["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/lines"), error.response
else:
    raise AssertionError("what is no number cannot be predicted from")

# More instances, by an update.
predictor.update_endpoint(initial_instance_count=2, instance_type="ml.m5.large", wait=False)
in_service.wait(EndpointName="lines")
described = boto3.client("sagemaker").describe_endpoint(EndpointName="lines")
assert described["EndpointStatus"] == "InService", described
assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2, described
predictor.delete_endpoint(delete_endpoint_config=True)
deleted.wait(EndpointName="lines")
predictor.delete_model()

# A package of the registry: deployed once it is approved.
package = estimator.register(
    ["text/csv"],
    ["text/csv"],
    ["ml.m5.large"],
    ["ml.m5.large"],
    model_package_group_name="deployed",
    approval_status="Approved",
    entry_point="serve.py",
    source_dir=SOURCE,
)
from_registry = sagemaker.ModelPackage(
    role=role, model_package_arn=package.model_package_arn, sagemaker_session=session
)
from_registry.deploy(1, "ml.m5.large", endpoint_name="registered", wait=False)
in_service.wait(EndpointName="registered")
registered = Predictor("registered", session, JSONSerializer(), CSVDeserializer())
assert np.allclose([float(value) for row in registered.predict([[4.0], [5.0]]) for value in row], [12.0, 15.0])
registered.delete_endpoint()
print("done")
