"""ListMultipartUploads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.s3.grants import owner
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.scanning import Prefix, common_prefix
from brickline.bricks.s3.schema import uploads as table
from brickline.bricks.s3.uploads import Upload, as_upload
from brickline.bricks.s3.url_encoding import url_encoded

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_MOST = 1000


class UploadListing:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def list_multipart_uploads(self, context: Context, request: Shape) -> Shape:
        """By key, and for the same key by upload id."""
        bucket = self._places.bucket(context, request)
        size = min(int(request.get("MaxUploads", _MOST)), _MOST)
        found = list(islice(self._scan(bucket.id, request), size + 1))
        shown, is_truncated = found[:size], len(found) > size
        answer: Shape = {
            "Bucket": bucket.name,
            "KeyMarker": request.get("KeyMarker", ""),
            "UploadIdMarker": request.get("UploadIdMarker", ""),
            "Prefix": request.get("Prefix", ""),
            **({"Delimiter": request["Delimiter"]} if request.get("Delimiter") else {}),
            "MaxUploads": size,
            "IsTruncated": is_truncated,
            "Uploads": [_listed(item, context) for item in shown if isinstance(item, Upload)],
            "CommonPrefixes": [{"Prefix": item.text} for item in shown if isinstance(item, Prefix)],
        }
        if is_truncated and shown:
            last = shown[-1]
            answer["NextKeyMarker"] = last.key if isinstance(last, Upload) else last.text
            answer["NextUploadIdMarker"] = last.id if isinstance(last, Upload) else ""
        return url_encoded(answer, request)

    def _scan(self, bucket: int, request: Shape) -> Iterator[Upload | Prefix]:
        """Uploads after the markers; unlike objects there are few of them, so that all are looked at."""
        prefix, delimiter = request.get("Prefix", ""), request.get("Delimiter", "")
        key, upload = request.get("KeyMarker", ""), request.get("UploadIdMarker", "")
        after = or_(table.c.key > key, and_(table.c.key == key, table.c.id > upload)) if upload else table.c.key > key
        query = select(table).where(table.c.bucket == bucket, after).order_by(table.c.key, table.c.id)
        with self._places.store.read() as connection:
            rows = connection.execute(query).mappings().all()
        given = common_prefix(key, prefix, delimiter)
        given = given if given == key else ""
        for row in rows:
            if not row["key"].startswith(prefix):
                continue
            common = common_prefix(row["key"], prefix, delimiter)
            if not common:
                yield as_upload(row)
            elif common != given:
                given = common
                yield Prefix(common)


def _listed(upload: Upload, context: Context) -> Shape:
    shape = {
        "UploadId": upload.id,
        "Key": upload.key,
        "Initiated": upload.initiated,
        "StorageClass": upload.properties.get("StorageClass", "STANDARD"),
        "Owner": owner(context.account),
        "Initiator": owner(context.account),
    }
    return {**shape, "ChecksumAlgorithm": upload.algorithm, "ChecksumType": upload.type} if upload.algorithm else shape
