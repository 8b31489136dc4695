"""A model's files, brought from S3 into its container's folder. Archives are not trusted."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.jobs.downloads import fetch, items_of, opened
from brickline.bricks.sagemaker.jobs.plan import Source
from brickline.bricks.sagemaker.jobs.sources import InputError, Item
from brickline.bricks.sagemaker.s3_uris import s3_location

MODEL = "/opt/ml/model"
_ADDITIONAL = "/opt/ml/additional-model-data-sources"
_SHARED_LIBRARIES = "shared_libs"
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True)
class ModelData:
    """Where files lie on S3 and where the container has them: a `tar.gz`, or objects as they are."""

    name: str
    uri: str
    path: str = MODEL
    is_archive: bool = True
    is_prefix: bool = False


def model_data(definition: Shape) -> Iterator[ModelData]:
    """Everything that a ContainerDefinition names; the model itself comes first."""
    if url := definition.get("ModelDataUrl"):
        yield ModelData("model", url)
    elif source := definition.get("ModelDataSource"):
        yield _of_source("model", source["S3DataSource"], MODEL)
    for source in definition.get("AdditionalModelDataSources") or ():
        name = source["ChannelName"]
        yield _of_source(f"additional-{name}", source["S3DataSource"], f"{_ADDITIONAL}/{name}")


def _of_source(name: str, source: Shape, path: str) -> ModelData:
    is_archive = source.get("CompressionType") == "Gzip"
    return ModelData(name, source["S3Uri"], path, is_archive, is_prefix=source.get("S3DataType") == "S3Prefix")


def bring(context: Context, data: ModelData, folder: Path, most_bytes: int) -> None:
    """Fill `folder`. Raises InputError for what is not there, or is no good."""
    folder.mkdir(parents=True, exist_ok=True)
    if data.is_archive:
        _extract(context, data, folder, most_bytes)
        _drop_if_empty(folder / _SHARED_LIBRARIES)
        return
    for item in _items(context, data):
        fetch(context, item, folder, read_only=True)


def _drop_if_empty(folder: Path) -> None:
    """ModelBuilder's archives have a folder of libraries, mostly empty, which its script would copy into /lib."""
    with suppress(OSError):
        folder.rmdir()


def _items(context: Context, data: ModelData) -> list[Item]:
    location = s3_location(data.uri)
    if not data.is_prefix:
        return [Item(location.bucket, location.key, location.key.rsplit("/", 1)[-1])]
    items = items_of(context, Source(data.uri))
    if not items:
        raise InputError(f"Could not find model data at {data.uri}.")
    return items


def _extract(context: Context, data: ModelData, folder: Path, most_bytes: int) -> None:
    with opened(context, s3_location(data.uri)) as body:
        try:
            with tarfile.open(fileobj=body, mode="r|gz") as archive:  # type: ignore[call-overload]
                _extract_members(archive, folder, most_bytes)
        except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
            raise InputError(
                f'Failed to extract model data archive from URL "{data.uri}". Please ensure that the object located '
                f"at the URL is a valid tar.gz archive ({error})"
            ) from None


def _extract_members(archive: tarfile.TarFile, folder: Path, most_bytes: int) -> None:
    """One after the other; a member that leads out of the folder, or is a device, is an error of tarfile's."""
    left = most_bytes
    for number, member in enumerate(archive):
        left -= member.size
        if left < 0 or number >= _MOST_MEMBERS:
            raise ValueError(f"it holds more than {most_bytes:,} bytes or {_MOST_MEMBERS:,} files")
        archive.extract(member, folder, filter="data")
