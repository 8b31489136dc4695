"""Lambda step: which version of a model package group is to be served, and what its container is."""

import boto3

sagemaker = boto3.client("sagemaker")


def handler(event, context):
    arn = chosen(event["group"], int(event["version"]))
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    container = package["InferenceSpecification"]["Containers"][0]
    variables = container.get("Environment", {})
    print(f"serving {arn}")
    return {
        "model_package": arn,
        "image": container["Image"],
        "model_data": container["ModelDataUrl"],
        "program": variables.get("SAGEMAKER_PROGRAM", "inference.py"),
        "code": variables.get("SAGEMAKER_SUBMIT_DIRECTORY", "/opt/ml/model/code"),
    }


def chosen(group, version):
    """The ARN of a version, of the newest approved one for 0. What nobody has approved is not served."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved"
    )
    approved = {
        one["ModelPackageVersion"]: one["ModelPackageArn"] for page in pages for one in page["ModelPackageSummaryList"]
    }
    if not approved:
        raise RuntimeError(f"no version of {group} is approved yet")
    if version and version not in approved:
        raise RuntimeError(f"version {version} of {group} is not approved; approved are {sorted(approved)}")
    return approved[version or max(approved)]
