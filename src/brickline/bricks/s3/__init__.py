"""S3: buckets, objects, versions, multipart uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate.brick import Brick
from brickline.bricks.s3 import schema, sweeping
from brickline.bricks.s3.acls import Acls
from brickline.bricks.s3.bucket_documents import BucketDocuments
from brickline.bricks.s3.buckets import Buckets
from brickline.bricks.s3.copying import Copying
from brickline.bricks.s3.deleting import Deleting
from brickline.bricks.s3.listing import Listing
from brickline.bricks.s3.multipart import Multipart
from brickline.bricks.s3.parts import Parts
from brickline.bricks.s3.reading import Reading
from brickline.bricks.s3.tagging import Tagging
from brickline.bricks.s3.upload_listing import UploadListing
from brickline.bricks.s3.writing import Writing

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate


def brick(baseplate: Baseplate) -> Brick:
    baseplate.store.add_tables(*schema.TABLES)
    sweeping.begin(baseplate)
    parts = (
        Buckets,
        BucketDocuments,
        Writing,
        Reading,
        Listing,
        Deleting,
        Copying,
        Multipart,
        Parts,
        UploadListing,
        Tagging,
        Acls,
    )
    return Brick("s3", tuple(part(baseplate) for part in parts))
