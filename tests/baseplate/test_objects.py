from __future__ import annotations

from pathlib import Path

from brickline.baseplate.objects import Objects


def test_a_committed_file_is_read_back_in_parts(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    staged = objects.stage()
    staged.write(b"hello ")
    staged.write(memoryview(b"world"))
    object_id = staged.commit()
    assert objects.open(object_id).read() == b"hello world"
    assert objects.open(object_id, offset=6, length=3).read() == b"wor"
    assert list(objects.ids()) == [object_id]


def test_an_aborted_file_leaves_nothing(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    staged = objects.stage()
    staged.write(b"x")
    staged.abort()
    assert list(objects.ids()) == []
    assert not staged.path.exists()


def test_a_start_sweeps_what_a_kill_left_in_staging(tmp_path: Path) -> None:
    left = Objects(tmp_path).staging_path()
    left.write_bytes(b"half")
    objects = Objects(tmp_path)
    assert not left.exists()
    assert list(objects.ids()) == []


def test_an_open_file_outlives_its_deletion(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    staged = objects.stage()
    staged.write(b"still here")
    object_id = staged.commit()
    body = objects.open(object_id)
    objects.delete(object_id)
    assert body.read() == b"still here"
