"""From parts to one object: which parts count, and their bytes in a row."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.objects import Objects
from brickline.bricks.s3 import checksums
from brickline.bricks.s3.uploads import Part

_LEAST = 5 << 20


def checked_parts(named: Sequence[Shape], there: Mapping[int, Part]) -> list[Part]:
    """The parts that the client names, in order. Refused as CompleteMultipartUpload is (its list of errors)."""
    if not named:
        raise Refused("MalformedXML", "MultipartUpload.Parts: name at least one part")
    numbers = [part["PartNumber"] for part in named]
    if any(second <= first for first, second in pairwise(numbers)):
        message = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise Refused("InvalidPartOrder", message)
    chosen = [_matching(part, there) for part in named]
    for part in chosen[:-1]:
        if part.size < _LEAST:
            raise Refused(
                "EntityTooSmall",
                f"Your proposed upload is smaller than the minimum allowed size: part {part.number} has "
                f"{part.size} bytes, each but the last needs {_LEAST}",
                PartNumber=part.number,
                MinSizeAllowed=_LEAST,
                ProposedSize=part.size,
            )
    return chosen


def assemble(objects: Objects, parts: Sequence[Part]) -> str:
    """The parts' bytes as one file; gives its id. The kernel copies, nothing passes through memory."""
    if len(parts) == 1:
        return objects.link(parts[0].file)
    staged = objects.staging_path()
    try:
        with staged.open("wb", buffering=0) as target:
            for part in parts:
                with objects.path(part.file).open("rb", buffering=0) as source:
                    _append(source.fileno(), target.fileno(), part.size)
            os.fsync(target.fileno())
        return objects.take(staged)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def _matching(named: Shape, there: Mapping[int, Part]) -> Part:
    part = there.get(named["PartNumber"])
    stated = checksums.given(named)
    if (
        part is None
        or named.get("ETag", "").strip('"') != part.etag
        or any(part.checksums.get(algorithm, value) != value for algorithm, value in stated.items())
    ):
        raise Refused(
            "InvalidPart",
            f"One or more of the specified parts could not be found: part {named['PartNumber']} was not uploaded, "
            "or with another ETag",
            PartNumber=named["PartNumber"],
        )
    return part


def _append(source: int, target: int, left: int) -> None:
    while left > 0:
        copied = os.sendfile(target, source, None, left)
        if copied == 0:
            raise OSError("a part is shorter than its size")
        left -= copied
