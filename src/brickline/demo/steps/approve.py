"""Lambda step: approve a version of a model package group, the newest one where none is named."""

import boto3

sagemaker = boto3.client("sagemaker")


def handler(event, context):  # noqa: ARG001 - Lambda's own signature
    newest_first = sagemaker.list_model_packages(ModelPackageGroupName=event["group"])["ModelPackageSummaryList"]
    wanted = int(event["version"]) or newest_first[0]["ModelPackageVersion"]
    arn = next(one["ModelPackageArn"] for one in newest_first if one["ModelPackageVersion"] == wanted)
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    if package["ModelApprovalStatus"] != "Approved":
        sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
        print(f"approved {arn}")
    return {
        "model_package": arn,
        "model_data": package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"],
    }
