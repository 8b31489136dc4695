"""What a file in S3 looks like: a table, a document, text, an image, or the names in an archive."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from brickline.baseplate.bodies import Body, FileBody

MOST_BYTES = 1 << 18
"""Of a file that are read for its preview."""
_MOST_ROWS, _MOST_COLUMNS, _MOST_MEMBERS = 100, 50, 300
_LARGEST_ARCHIVE = 64 << 20
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
"""The first bytes of the images that browsers may show. Not SVG: that is a program."""


@dataclass(frozen=True)
class Preview:
    """`kind` is table, text, image, archive or none; `note` says what is not shown, and why."""

    kind: str
    text: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""


def image_type(start: bytes) -> str:
    """The media type of an image by its first bytes; "" for what is none."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _IMAGES if start.startswith(magic)), "")


def preview(name: str, size: int, start: bytes, read: Callable[[], Body]) -> Preview:
    """By the name's ending, else by the first bytes (`start`, at most `MOST_BYTES`); `read` gives the whole file."""
    ending = name.lower().rpartition("/")[2]
    if image_type(start):
        return Preview("image")
    if ending.endswith((".tar.gz", ".tgz", ".tar", ".zip", ".whl")):
        return _archive(ending, size, read)
    if ending.endswith(".parquet") or start[:4] == b"PAR1":
        return _parquet(read)
    text = _text(start)
    if text is None:
        return Preview("none")
    is_cut = size > len(start)
    if ending.endswith((".csv", ".tsv")):
        return _table(text, "\t" if ending.endswith(".tsv") else ",", is_cut)
    if ending.endswith(".json") and not is_cut:
        text = laid_out(text)
    return Preview("text", text, note=_cut_note(len(start)) if is_cut else "")


def _text(start: bytes) -> str | None:
    """The text that bytes are; a character that is cut at their end does not count."""
    if b"\0" in start:
        return None
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return start[: error.start].decode("utf-8-sig") if error.start >= len(start) - 3 else None


def _cut_note(count: int) -> str:
    return f"The first {count // 1024} KiB are shown."


def laid_out(text: str) -> str:
    """JSON with indents; any other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _table(text: str, delimiter: str, is_cut: bool) -> Preview:
    """The first rows; the last line of a piece may be cut, and is left out."""
    whole = text.rpartition("\n")[0] if is_cut else text
    try:
        rows = list(islice(csv.reader(io.StringIO(whole), delimiter=delimiter), _MOST_ROWS + 2))
    except csv.Error as error:
        return Preview("text", text, note=f"It is no CSV: {error}")
    head, body = (rows[0], rows[1:]) if rows else ([], [])
    note = f"The first {_MOST_ROWS} rows are shown." if len(body) > _MOST_ROWS or is_cut else ""
    return Preview(
        "table", columns=head[:_MOST_COLUMNS], rows=[row[:_MOST_COLUMNS] for row in body[:_MOST_ROWS]], note=note
    )


def _parquet(read: Callable[[], Body]) -> Preview:
    try:
        from pyarrow import parquet
    except ImportError:
        return Preview("none", note="Parquet is shown where pyarrow is installed beside Brickline: pip install pyarrow")
    body = read()
    try:
        source: Any = body.path if isinstance(body, FileBody) and body.is_whole else io.BytesIO(body.read())
        file = parquet.ParquetFile(source)
        table = next(file.iter_batches(batch_size=_MOST_ROWS), None)
        names = [f"{field.name} {field.type}" for field in file.schema_arrow][:_MOST_COLUMNS]
        rows = [[str(value) for value in row.values()][:_MOST_COLUMNS] for row in table.to_pylist()] if table else []
        note = f"{file.metadata.num_rows:,} rows; the first {len(rows)} are shown."
        return Preview("table", columns=names, rows=rows, note=note)
    except Exception as error:  # pyarrow raises its own kinds for each way in which a file is broken
        return Preview("none", note=f"It cannot be read as Parquet: {error}")
    finally:
        body.close()


def _archive(name: str, size: int, read: Callable[[], Body]) -> Preview:
    if size > _LARGEST_ARCHIVE:
        return Preview("none", note=f"What is in it is shown up to {_LARGEST_ARCHIVE >> 20} MiB.")
    body = read()
    try:
        found = _zipped(body) if name.endswith((".zip", ".whl")) else _tarred(body)
        rows = [[one, f"{count:,}"] for one, count in found[:_MOST_MEMBERS]]
        note = f"The first {_MOST_MEMBERS} files are shown." if len(found) > _MOST_MEMBERS else ""
        return Preview("archive", rows=rows, note=note)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        return Preview("none", note=f"It is no archive that can be read: {error}")
    finally:
        body.close()


def _zipped(body: Body) -> list[tuple[str, int]]:
    with zipfile.ZipFile(io.BytesIO(body.read())) as archive:
        return [(one.filename, one.file_size) for one in archive.infolist()]


def _tarred(body: Body) -> list[tuple[str, int]]:
    with tarfile.open(fileobj=body, mode="r|*") as archive:  # type: ignore[call-overload]
        return [(one.name, one.size) for one in islice(archive, _MOST_MEMBERS + 1)]
