"""Lambda step: put the serving code into the model's archive, as `code/` beside the model."""

import io
import tarfile
from urllib.parse import urlparse

import boto3

s3 = boto3.client("s3")


def read(uri: str) -> bytes:
    place = urlparse(uri)
    return s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def handler(event, context):
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(read(event["model_data"]))) as source,
        tarfile.open(fileobj=packed, mode="w:gz") as target,
    ):
        for member in source.getmembers():
            target.addfile(member, source.extractfile(member) if member.isfile() else None)
        add(target, "code/inference.py", read(event["inference_code"]))
    place = urlparse(event["model_data"])
    key = place.path.lstrip("/").replace("model.tar.gz", "repackaged/model.tar.gz")
    s3.put_object(Bucket=place.netloc, Key=key, Body=packed.getvalue())
    print(f"s3://{place.netloc}/{key}: {len(packed.getvalue())} bytes")
    return {"model_data": f"s3://{place.netloc}/{key}"}
