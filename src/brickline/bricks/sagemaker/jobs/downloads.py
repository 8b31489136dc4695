"""Brings the objects of an input into a job's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.transfers import save_body
from brickline.bricks.sagemaker.jobs.plan import Source
from brickline.bricks.sagemaker.jobs.sources import InputError, Item, check_no_conflicts, manifest_items, relative_path
from brickline.bricks.sagemaker.s3_uris import S3Location, parse, s3_location


def items_of(context: Context, source: Source) -> list[Item]:
    """The objects of a source, in the order of their keys. Raises InputError where it cannot be read or is no good."""
    location = s3_location(source.uri)
    if source.data_type == "ManifestFile":
        items = list(_manifest(context, location))
    else:
        # An augmented manifest in File mode is delivered as the file that it is.
        items = list(_prefix(context, location))
    check_no_conflicts(items)
    return items


def fetch(context: Context, item: Item, folder: Path, read_only: bool) -> None:
    """Put an object at its place below `folder`. Only what the job cannot write may share the store's own file."""
    save_body(_open(context, item.bucket, item.key), folder / item.path, read_only)


def fetch_object(context: Context, location: S3Location, target: Path) -> None:
    """Put one object at `target`. Raises InputError."""
    fetch(context, Item(location.bucket, location.key, target.name), target.parent, read_only=False)


@contextmanager
def opened(context: Context, location: S3Location) -> Iterator[Body]:
    """An object to be read. Raises InputError where it cannot be."""
    body = _open(context, location.bucket, location.key)
    try:
        yield body
    finally:
        body.close()


def read_text(context: Context, location: S3Location) -> str:
    with opened(context, location) as body:
        return body.read().decode("utf-8", "replace")


def _prefix(context: Context, location: S3Location) -> Iterator[Item]:
    for key in _keys(context, location):
        path = relative_path(location.key, key)
        if path is not None:
            yield Item(location.bucket, key, path)


def _manifest(context: Context, location: S3Location) -> Iterator[Item]:
    for uri, path in manifest_items(read_text(context, location), str(location)):
        try:
            found = parse(uri)
        except ValueError as error:
            raise InputError(f"Data download failed: the manifest {location} names {error}") from None
        yield Item(found.bucket, found.key, path)


def _keys(context: Context, location: S3Location) -> Iterator[str]:
    request: Shape = {"Bucket": location.bucket, "Prefix": location.key}
    while True:
        try:
            page = context.call("s3", "ListObjectsV2", **request)
        except Refused as error:
            raise InputError(f"Data download failed: cannot list {location}: {error.message}") from None
        yield from (found["Key"] for found in page.get("Contents") or ())
        if not page.get("IsTruncated"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def _open(context: Context, bucket: str, key: str) -> Body:
    try:
        body: Body = context.call("s3", "GetObject", Bucket=bucket, Key=key)["Body"]
    except Refused as error:
        raise InputError(f"Data download failed: cannot read s3://{bucket}/{key}: {error.message}") from None
    return body
