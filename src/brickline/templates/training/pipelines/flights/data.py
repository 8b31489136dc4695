"""Where the flights lie: a file for each day, and manifests that say which days a model is to learn from."""

import boto3

MANIFESTS = "flights/manifests/"
WEATHER = "flights/weather"


def newest_manifest(bucket):
    """The key of the list of days that was uploaded last: an execution that names none learns from it."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=MANIFESTS)
    found = [one for page in pages for one in page.get("Contents", ())]
    if not found:
        raise SystemExit(f"s3://{bucket}/{MANIFESTS} is empty: upload a manifest of days first")
    return max(found, key=lambda one: one["LastModified"])["Key"]
