"""boto3: what InvokeEndpoint and its stream look like on the wire - answers, errors, variants, captured data."""

import io
import json
import tarfile
import time

import boto3
from botocore.exceptions import ClientError

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
CODE = """
def model_fn(folder):
    return "MARK"

def transform_fn(model, data, content_type, accept):
    text = data if isinstance(data, str) else bytes(data).decode()
    if text == "fail":
        raise ValueError("these rows are no good")
    if text == "exit":
        import os
        os._exit(7)
    return model + ":" + text, "text/plain"
"""

s3, sagemaker, runtime = (boto3.client(name) for name in ("s3", "sagemaker", "sagemaker-runtime"))
bucket = "endpoints-boto3"
s3.create_bucket(Bucket=bucket)


def model(name, code=CODE):
    buffer = io.BytesIO()
    source = code.replace("MARK", name).encode()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(source)
        archive.addfile(member, io.BytesIO(source))
    s3.put_object(Bucket=bucket, Key=f"{name}/model.tar.gz", Body=buffer.getvalue())
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/{name}/model.tar.gz"}
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)


def variant(name, model_name, weight=1.0):
    shape = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1, "InitialVariantWeight": weight}
    return {"VariantName": name, "ModelName": model_name, **shape}


def code_of(call):
    try:
        call()
    except ClientError as error:
        return error.response
    raise AssertionError("the call should have been refused")


model("one")
model("two")
capture = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{bucket}/captured",
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}
variants = [variant("a", "one"), variant("b", "two", 0.0)]
sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants, DataCaptureConfig=capture)
sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="e")

answer = runtime.invoke_endpoint(EndpointName="e", Body=b"1,2", ContentType="text/csv", InferenceId="first")
assert (answer["Body"].read(), answer["ContentType"], answer["InvokedProductionVariant"]) == (
    b"one:1,2",
    "text/plain",
    "a",
)
named = runtime.invoke_endpoint(EndpointName="e", Body=b"x", ContentType="text/csv", TargetVariant="b")
assert named["Body"].read() == b"two:x"

failed = code_of(lambda: runtime.invoke_endpoint(EndpointName="e", Body=b"fail", ContentType="text/csv"))
assert failed["Error"]["Code"] == "ModelError", failed
assert failed["ResponseMetadata"]["HTTPStatusCode"] == 424, failed
assert failed["OriginalStatusCode"] == 500, failed
assert "these rows are no good" in failed["OriginalMessage"], failed
assert failed["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/e"), failed
ended = code_of(lambda: runtime.invoke_endpoint(EndpointName="e", Body=b"exit", ContentType="text/csv"))
assert ended["Error"]["Code"] == "ModelError", ended
assert runtime.invoke_endpoint(EndpointName="e", Body=b"2", ContentType="text/csv")["Body"].read() == b"one:2"

large = code_of(lambda: runtime.invoke_endpoint(EndpointName="e", Body=b"x" * (6291456 + 1)))
assert large["Error"]["Code"] == "ValidationError", large
assert runtime.invoke_endpoint(EndpointName="e", Body=b"x" * 6291456, ContentType="text/csv")["Body"].read()
missing = code_of(lambda: runtime.invoke_endpoint(EndpointName="nobody", Body=b""))
assert missing["Error"] == {
    "Code": "ValidationError",
    "Message": "Endpoint nobody of account 123456789012 not found.",
}, missing

stream = runtime.invoke_endpoint_with_response_stream(EndpointName="e", Body=b"3", ContentType="text/csv")
assert b"".join(event["PayloadPart"]["Bytes"] for event in stream["Body"]) == b"one:3"
assert (stream["ContentType"], stream["InvokedProductionVariant"]) == ("text/plain", "a")

# Captured data lies in S3 soon.
for _ in range(200):
    found = s3.list_objects_v2(Bucket=bucket, Prefix="captured/e/a/").get("Contents")
    if found:
        break
    time.sleep(0.05)
first = json.loads(s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read().splitlines()[0])
assert first["captureData"]["endpointInput"]["data"] == "1,2", first
assert first["captureData"]["endpointInput"]["encoding"] == "CSV", first
assert first["eventMetadata"]["inferenceId"] == "first", first

# All traffic to the other variant, without a new config.
moved = [{"VariantName": "a", "DesiredWeight": 0}, {"VariantName": "b", "DesiredWeight": 1}]
sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=moved)
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="e")
assert runtime.invoke_endpoint(EndpointName="e", Body=b"4", ContentType="text/csv")["Body"].read() == b"two:4"

# A model that does not load: the endpoint says why.
model("broken", "import no_such_module")
sagemaker.create_endpoint_config(EndpointConfigName="broken", ProductionVariants=[variant("v", "broken")])
sagemaker.create_endpoint(EndpointName="broken", EndpointConfigName="broken")
while (told := sagemaker.describe_endpoint(EndpointName="broken"))["EndpointStatus"] == "Creating":
    time.sleep(0.05)
assert told["EndpointStatus"] == "Failed", told
assert "No module named 'no_such_module'" in told["FailureReason"], told

for name in ("e", "broken"):
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name)
print("done")
