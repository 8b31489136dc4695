"""S3 URIs in requests: taken apart, and looked at before a job begins."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.refusals import invalid


@dataclass(frozen=True)
class S3Location:
    """A bucket and a key or key prefix, which may be empty."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def below(self, relative: str) -> S3Location:
        """The location of `relative` under this one taken as a folder."""
        base = self.key.rstrip("/")
        return S3Location(self.bucket, f"{base}/{relative}" if base else relative)


def s3_location(uri: str, member: str = "S3Uri") -> S3Location:
    """`uri` taken apart. Refused, naming `member`, where it is no S3 URI."""
    try:
        return parse(uri)
    except ValueError as error:
        raise invalid(f"{member}: {error}") from None


def parse(uri: str) -> S3Location:
    """`s3://bucket/key` or an HTTPS URL of the object taken apart; ValueError where `uri` is neither."""
    parts = urlsplit(uri, allow_fragments=False)
    host, path = parts.netloc, parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "s3" and host:
        return S3Location(host, path.removeprefix("/"))
    if parts.scheme == "https" and ".s3" in host:
        return S3Location(host.split(".s3", 1)[0], path.removeprefix("/"))
    if parts.scheme == "https" and host.startswith("s3") and path.strip("/"):
        bucket, _, key = path.removeprefix("/").partition("/")
        return S3Location(bucket, key)
    raise ValueError(f"{uri!r} is not an S3 URI; it has to look like s3://bucket/key")


def check_bucket(context: Context, member: str, uri: str) -> S3Location:
    """Refused, naming `member`, where the URI's bucket is not there."""
    location = s3_location(uri, member)
    try:
        context.call("s3", "HeadBucket", Bucket=location.bucket)
    except Refused as error:
        raise invalid(f"{member}: {uri} cannot be used: bucket {location.bucket!r} {_why(error)}") from None
    return location


def check_object(context: Context, member: str, uri: str) -> str | None:
    """The ETag of the object; None for a folder. Refused, naming `member`, where there is neither."""
    location = check_bucket(context, member, uri)
    if tag := _etag(context, location):
        return tag
    folder = f"{location.key.rstrip('/')}/".lstrip("/")
    if not context.call("s3", "ListObjectsV2", Bucket=location.bucket, Prefix=folder, MaxKeys=1).get("Contents"):
        raise invalid(f"{member}: Could not find model data at {uri}.")
    return None


def _etag(context: Context, location: S3Location) -> str | None:
    if not location.key:
        return None
    try:
        return str(context.call("s3", "HeadObject", Bucket=location.bucket, Key=location.key)["ETag"]).strip('"')
    except Refused:
        return None


def _why(error: Refused) -> str:
    return "does not exist" if error.status == 404 or error.code in ("NoSuchBucket", "404") else f"({error.message})"
