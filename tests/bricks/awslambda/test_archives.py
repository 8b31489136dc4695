from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from brickline.bricks.awslambda.archives import BadArchive, unpack


def _zip(*entries: tuple[str, bytes, int]) -> bytes:
    """An archive of (name, data, Unix mode)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def test_files_folders_and_programs_are_unpacked(tmp_path: Path) -> None:
    data = _zip(
        ("app.py", b"x = 1", 0), ("lib/", b"", stat.S_IFDIR | 0o755), ("lib/run.sh", b"#!", stat.S_IFREG | 0o755)
    )
    assert unpack(data, tmp_path) == 7
    assert (tmp_path / "app.py").read_bytes() == b"x = 1"
    assert (tmp_path / "app.py").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "lib" / "run.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "data",
    [
        b"this is no archive",
        _zip(("app.py", b"x" * 1000, 0))[:-30],
        _zip(("../out.py", b"x", 0)),
        _zip(("a/../../out.py", b"x", 0)),
        _zip(("/etc/out.py", b"x", 0)),
        _zip(("..\\out.py", b"x", 0)),
        _zip(("link", b"/etc/passwd", stat.S_IFLNK | 0o777)),
        _zip(("pipe", b"", stat.S_IFIFO | 0o644)),
    ],
)
def test_a_hostile_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "task"
    folder.mkdir()
    with pytest.raises(BadArchive):
        unpack(data, folder)
    assert [entry.name for entry in tmp_path.iterdir()] == ["task"]


def test_what_comes_out_is_counted_not_what_is_stated(tmp_path: Path) -> None:
    bomb = _zip(*((f"{number}.bin", bytes(1_000_000), 0) for number in range(5)))
    assert len(bomb) < 20_000
    with pytest.raises(BadArchive, match="Unzipped size"):
        unpack(bomb, tmp_path, most=3_000_000)
