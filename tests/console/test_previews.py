"""What a file looks like, by its name and its bytes."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from brickline.baseplate.bodies import BytesBody
from brickline.console.previews import MOST_BYTES, Preview, image_type, preview

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def show(name: str, data: bytes) -> Preview:
    return preview(name, len(data), data[:MOST_BYTES], lambda: BytesBody(data))


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("model/<b>.joblib")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app.py", "x = 1")
    return out.getvalue()


def test_csv_is_a_table() -> None:
    found = show("days/2013.csv", b'\xef\xbb\xbfday,late\n1,"a, b"\n2,x\n')
    assert (found.kind, found.columns, found.rows) == ("table", ["day", "late"], [["1", "a, b"], ["2", "x"]])


def test_a_long_csv_is_cut_at_a_whole_row() -> None:
    data = b"day\n" + b"1234567\n" * (MOST_BYTES // 4)
    found = show("a.csv", data)
    assert found.note == "The first 100 rows are shown."
    assert {len(row[0]) for row in found.rows} == {7}


def test_json_is_laid_out_and_broken_json_is_text() -> None:
    assert show("a.json", b'{"a":[1]}').text == '{\n  "a": [\n    1\n  ]\n}'
    assert show("a.json", b"{nothing").text == "{nothing"


@pytest.mark.parametrize("data", [_tar(), _zip()], ids=["tar.gz", "zip"])
def test_archives_show_what_is_in_them(data: bytes) -> None:
    name, ending = ("model/<b>.joblib", "tar.gz") if data[:2] == b"\x1f\x8b" else ("app.py", "zip")
    found = show(f"model.{ending}", data)
    assert found.kind == "archive"
    assert found.rows[0][0] == name


@pytest.mark.parametrize("name", ["model.tar.gz", "app.zip"])
def test_broken_archives_say_so(name: str) -> None:
    found = show(name, b"no archive at all")
    assert found.kind == "none"
    assert "no archive" in found.note


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"<svg onload=alert(1)>", ""),
        (b"", ""),
    ],
)
def test_only_images_without_programs_are_images(data: bytes, kind: str) -> None:
    assert image_type(data) == kind


def test_bytes_that_are_no_text_are_not_shown() -> None:
    assert show("model.joblib", b"\x80\x04\x00\xff").kind == "none"
    assert show("latin.txt", b"caf\xe9 au lait, and more of it").kind == "none"


def test_text_that_is_cut_within_a_letter_is_text() -> None:
    data = "é".encode() * MOST_BYTES
    assert preview("a.txt", len(data), data[: MOST_BYTES - 1], lambda: BytesBody(data)).kind == "text"


def test_parquet_is_a_table_or_says_what_to_install() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"day": [1, 2], "late": ["a", None]}), out)
    found = show("a.parquet", out.getvalue())
    assert (found.columns, found.rows) == (["day int64", "late string"], [["1", "a"], ["2", "None"]])
    assert "cannot be read as Parquet" in show("b.parquet", b"PAR1 and no more").note
