"""Small texts in S3: definitions and property files."""

from __future__ import annotations

from brickline.baseplate.brick import Context


def read_text(context: Context, bucket: str, key: str, **more: str) -> str:
    """The text of an object. Raises Refused as GetObject does, UnicodeDecodeError where it is not UTF-8."""
    body = context.call("s3", "GetObject", Bucket=bucket, Key=key, **more)["Body"]
    if isinstance(body, bytes):
        return body.decode()
    try:
        return bytes(body.read()).decode()
    finally:
        body.close()
