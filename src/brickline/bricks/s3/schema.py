"""The object index. Keys are ordered by their UTF-8 bytes, as S3 lists them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from brickline.baseplate.schema import metadata, serial

_key = String(1024).with_variant(String(1024, collation="C"), "postgresql")

objects = Table(
    "s3_objects",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("bucket", serial, nullable=False),
    Column("key", _key, nullable=False),
    Column("version", String(64), nullable=False),
    Column("is_latest", Boolean, nullable=False),
    Column("is_marker", Boolean, nullable=False),
    Column("file", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("modified", Float(53), nullable=False),
    Column("document", Text, nullable=False),
)
"""A row per version. `file` is an id of `baseplate.objects`, empty for a delete marker; a greater `id` is newer."""

Index("s3_objects_by_version", objects.c.bucket, objects.c.key, objects.c.version, unique=True)
Index("s3_objects_listed", objects.c.bucket, objects.c.is_latest, objects.c.is_marker, objects.c.key)
Index("s3_objects_by_age", objects.c.bucket, objects.c.key, objects.c.id)
Index("s3_objects_by_file", objects.c.file)

uploads = Table(
    "s3_uploads",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("bucket", serial, nullable=False),
    Column("key", _key, nullable=False),
    Column("initiated", Float(53), nullable=False),
    Column("document", Text, nullable=False),
)
Index("s3_uploads_by_key", uploads.c.bucket, uploads.c.key, uploads.c.id)

parts = Table(
    "s3_parts",
    metadata,
    Column("upload", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("file", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("modified", Float(53), nullable=False),
    Column("checksums", Text, nullable=False),
)
Index("s3_parts_by_file", parts.c.file)

completed = Table(
    "s3_completed_uploads",
    metadata,
    Column("upload", String(64), primary_key=True),
    Column("bucket", serial, nullable=False),
    Column("key", _key, nullable=False),
    Column("time", Float(53), nullable=False),
    Column("answer", Text, nullable=False),
)
"""What was answered, for a client that lost the answer and asks again."""

TABLES = (objects, uploads, parts, completed)
