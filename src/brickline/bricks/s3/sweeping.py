"""Removes object files that no index knows: what a kill left between a file's last byte and its row's commit."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy import select

from brickline.bricks.s3.schema import objects, parts

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

log = logging.getLogger(__name__)


def begin(baseplate: Baseplate) -> None:
    """Sweep in the background, files from before the start only: newer ones may be on their way to a row."""
    ids = list(baseplate.objects.ids())
    if ids:
        threading.Thread(target=_sweep, args=(baseplate, ids), name="s3-sweep", daemon=True).start()


def _sweep(baseplate: Baseplate, ids: list[str]) -> None:
    with contextlib.suppress(Exception):  # the store may close under it; the next start sweeps again
        swept = [file for file in ids if not _is_known(baseplate, file)]
        for file in swept:
            baseplate.objects.delete(file)
        if swept:
            log.info("swept %d object files that no index knew", len(swept))


def _is_known(baseplate: Baseplate, file: str) -> bool:
    with baseplate.store.read() as connection:
        return any(
            connection.execute(select(table.c.file).where(table.c.file == file).limit(1)).first()
            for table in (objects, parts)
        )
