"""Where projects keep their caches between builds: on this machine (LOCAL), or in a bucket (S3)."""

from __future__ import annotations

import shutil
from pathlib import Path

from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.transfers import save_body
from brickline.bricks.codebuild.places import is_safe_file

_ARCHIVE = "cache.tar.gz"


def bring_cache(context: Context, build: Resource, target: Path) -> None:
    """Put the cache's archive at `target`, if there is one."""
    if place := _place(build.document):
        try:
            save_body(context.call("s3", "GetObject", **place)["Body"], target)
        except Refused:
            return  # the first build has none
    else:
        kept = _local(context.baseplate, build.private["project"])
        if kept.exists():
            shutil.copyfile(kept, target)


def keep_cache(context: Context, build: Resource, archive: Path) -> None:
    """Keep what the build has packed, in place of what was kept before."""
    if not is_safe_file(archive):
        return
    if place := _place(build.document):
        body = FileBody(archive)
        try:
            context.call("s3", "PutObject", **place, Body=body)
        finally:
            body.close()
        return
    kept = _local(context.baseplate, build.private["project"])
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(archive, kept.with_suffix(".new"))
    kept.with_suffix(".new").replace(kept)


def forget_cache(context: Context, project: Resource) -> None:
    """Remove a project's cache, wherever it is kept."""
    shutil.rmtree(_local(context.baseplate, project.id).parent, ignore_errors=True)
    if place := _place(project.document):
        context.call("s3", "DeleteObject", **place)


def package_cache(baseplate: Baseplate, account: str) -> Path:
    """What pip and uv have downloaded: shared by all builds of an account."""
    folder = baseplate.data / "package-cache" / account
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _place(document: Shape) -> Shape | None:
    """Bucket and key of an S3 cache."""
    cache = document["cache"]
    if cache["type"] != "S3":
        return None
    bucket, _, prefix = cache["location"].removeprefix("arn:aws:s3:::").partition("/")
    parts = (prefix.strip("/"), cache.get("cacheNamespace", ""), _ARCHIVE)
    return {"Bucket": bucket, "Key": "/".join(filter(None, parts))}


def _local(baseplate: Baseplate, project_id: int) -> Path:
    return baseplate.data / "build-caches" / str(project_id) / _ARCHIVE
