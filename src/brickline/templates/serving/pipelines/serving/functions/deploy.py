"""Lambda step: put a model behind an endpoint, new or not, and wait until it serves."""

import time

import boto3

sagemaker = boto3.client("sagemaker")


def handler(event, context):
    endpoint, model = event["endpoint"], event["model"]
    config = f"{endpoint}-{context.aws_request_id[:8]}"
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InstanceType": event["instance_type"],
        "InitialInstanceCount": int(event["instance_count"]),
    }
    sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])
    known = any(one["EndpointName"] == endpoint for one in sagemaker.list_endpoints(NameContains=endpoint)["Endpoints"])
    change = sagemaker.update_endpoint if known else sagemaker.create_endpoint
    change(EndpointName=endpoint, EndpointConfigName=config)
    while (found := sagemaker.describe_endpoint(EndpointName=endpoint))["EndpointStatus"] not in (
        "InService",
        "Failed",
    ):
        time.sleep(0.1)
    if found["EndpointStatus"] == "Failed" or found["EndpointConfigName"] != config:
        raise RuntimeError(found.get("FailureReason", f"{endpoint} went back to {found['EndpointConfigName']}"))
    return {"status": found["EndpointStatus"]}
