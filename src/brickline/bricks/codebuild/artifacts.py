"""UPLOAD_ARTIFACTS: what a build has collected goes to S3."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codebuild.places import COLLECTED, BuildFolder, is_safe_file, safe_files
from brickline.bricks.codebuild.starting import artifact_place, artifact_shown

_CHUNK = 1 << 20


class UploadFailed(Exception):
    """An artifact could not be uploaded; the message is the phase's context."""


def upload_artifacts(context: Context, build: Resource, folder: BuildFolder, collected: Sequence[Shape]) -> list[Shape]:
    """Upload each artifact; gives the settings, as Build has them, of those that were. Raises UploadFailed."""
    uploaded = []
    for number, record in enumerate(collected):
        settings = _settings(build, str(record.get("identifier", "")))
        if settings is not None:
            place = folder.place(f"{COLLECTED}/artifacts/{number}")
            uploaded.append(_upload(context, build, settings, place, str(record.get("name", ""))))
    return uploaded


def _settings(build: Resource, identifier: str) -> Shape | None:
    primary, *secondary = build.private["artifacts"]
    if not identifier:
        return dict(primary)
    return next((one for one in secondary if one["artifactIdentifier"] == identifier), None)


def _upload(context: Context, build: Resource, settings: Shape, place: Path, name: str) -> Shape:
    shown = artifact_shown(settings, build.name, name)
    bucket = settings.get("location", "").removeprefix("arn:aws:s3:::")
    key = artifact_place(settings, build.name, name)
    if place.is_dir():
        for path in safe_files(place):
            relative = path.relative_to(place).as_posix()
            _put(context, bucket, f"{key}/{relative}".lstrip("/"), path, {"codebuild-buildarn": build.arn})
        return shown
    if not is_safe_file(place):
        raise UploadFailed("the artifact was removed by the build")
    sums = {"sha256sum": _digest(place, "sha256"), "md5sum": _digest(place, "md5")}
    metadata = {
        "codebuild-buildarn": build.arn,
        "codebuild-content-md5": sums["md5sum"],
        "codebuild-content-sha256": sums["sha256sum"],
    }
    _put(context, bucket, key, place, metadata)
    return {**shown, **sums}


def _put(context: Context, bucket: str, key: str, path: Path, metadata: dict[str, str]) -> None:
    body = FileBody(path)
    try:
        context.call("s3", "PutObject", Bucket=bucket, Key=key, Body=body, Metadata=metadata)
    except Refused as refused:
        raise UploadFailed(f"{refused.code}: {refused.message} (s3://{bucket}/{key})") from None
    finally:
        body.close()


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
