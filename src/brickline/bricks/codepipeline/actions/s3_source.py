"""Source actions of S3: the present version of an object, or the one that the start names."""

from __future__ import annotations

from urllib.parse import quote

from brickline.baseplate.brick import Shape
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded


class S3Source:
    is_long = True

    def begin(self, work: Work) -> Outcome:
        bucket = work.configuration["S3Bucket"]
        versioning = work.context.call("s3", "GetBucketVersioning", Bucket=bucket)
        if versioning.get("Status") != "Enabled":
            return failed("ConfigurationError", f"The bucket {bucket} is not versioned; a source's bucket has to be")
        wanted = _wanted(work)
        found = work.context.call("s3", "HeadObject", **wanted)
        (target,) = work.outputs.values()
        version = found["VersionId"]
        work.context.call(
            "s3",
            "CopyObject",
            Bucket=target["bucket"],
            Key=target["key"],
            CopySource=f"{bucket}/{quote(wanted['Key'])}?versionId={version}",
            MetadataDirective="REPLACE",
            Metadata={"resolved-source-version": version},
        )
        return _outcome(work, wanted["Key"], version, found["ETag"].strip('"'))

    def look(self, work: Work) -> Outcome:
        return self.begin(work)

    def says(self, work: Work) -> str:
        place = f"{work.configuration['S3Bucket']}/{work.configuration['S3ObjectKey']}"
        return f"The source {place} cannot be had: "


def _wanted(work: Work) -> Shape:
    """The object of the configuration, with what a start overrides."""
    override = work.execution.private["overrides"].get(work.action.name) or {}
    request = {"Bucket": work.configuration["S3Bucket"], "Key": work.configuration["S3ObjectKey"]}
    if "S3_OBJECT_KEY" in override:
        request["Key"] = override["S3_OBJECT_KEY"]
    if "S3_OBJECT_VERSION_ID" in override:
        request["VersionId"] = override["S3_OBJECT_VERSION_ID"]
    return request


def _outcome(work: Work, key: str, version: str, etag: str) -> Outcome:
    bucket = work.configuration["S3Bucket"]
    summary = f"Amazon S3 version id: {version}"
    return Outcome(
        "Succeeded",
        succeeded(version, summary, f"https://console.aws.amazon.com/s3/home?region={work.context.region}#"),
        {"BucketName": bucket, "ObjectKey": key, "ETag": etag, "VersionId": version},
        revision={"revisionId": version, "revisionSummary": summary, "revisionChangeIdentifier": etag},
    )
