"""Small things without a baseplate."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from brickline.baseplate.brick import Shape
from brickline.bricks.codebuild.events import moment
from brickline.bricks.codebuild.logs import masking
from brickline.bricks.codebuild.secret_values import secret_place
from brickline.bricks.codebuild.sources.fetching import s3_place
from brickline.bricks.codebuild.sources.zips import BadZip, unpack
from brickline.bricks.codebuild.starting import artifact_place


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1504282349.7, "Sep 1, 2017 4:12:29 PM"),
        (1767225600.0, "Jan 1, 2026 12:00:00 AM"),
        (1767269109.0, "Jan 1, 2026 12:05:09 PM"),
    ],
)
def test_times_in_events(seconds: float, text: str) -> None:
    assert moment(seconds) == text


@pytest.mark.parametrize(
    ("artifacts", "name", "key"),
    [
        ({"name": "n"}, "", "n"),
        ({"name": "n", "path": "a/b"}, "", "a/b/n"),
        ({"name": "n", "path": "/a/", "namespaceType": "BUILD_ID"}, "", "a/uuid/n"),
        ({"name": "/", "namespaceType": "BUILD_ID"}, "", "uuid"),
        ({"name": "n"}, "other", "n"),
        ({"name": "n", "overrideArtifactName": True}, "other.zip", "other.zip"),
        ({"name": "n", "overrideArtifactName": True}, "", "n"),
    ],
)
def test_where_artifacts_go(artifacts: Shape, name: str, key: str) -> None:
    assert artifact_place(artifacts, "project:uuid", name) == key


@pytest.mark.parametrize(
    ("text", "request_", "key"),
    [
        ("name", {"SecretId": "name"}, ""),
        ("name:user", {"SecretId": "name"}, "user"),
        ("name::AWSPREVIOUS", {"SecretId": "name", "VersionStage": "AWSPREVIOUS"}, ""),
        ("name:user::v1", {"SecretId": "name", "VersionId": "v1"}, "user"),
        ("arn:aws:secretsmanager:r:a:secret:n-x", {"SecretId": "arn:aws:secretsmanager:r:a:secret:n-x"}, ""),
        ("arn:aws:secretsmanager:r:a:secret:n-x:user", {"SecretId": "arn:aws:secretsmanager:r:a:secret:n-x"}, "user"),
    ],
)
def test_references_to_secrets(text: str, request_: Shape, key: str) -> None:
    assert secret_place(text) == (request_, key)


@pytest.mark.parametrize("location", ["bucket/a/b.zip", "arn:aws:s3:::bucket/a/b.zip", "s3://bucket/a/b.zip"])
def test_places_in_s3(location: str) -> None:
    assert s3_place(location) == ("bucket", "a/b.zip")


def test_secrets_are_not_shown() -> None:
    show = masking(["pass", "password", ""])
    assert show("the password is pass of ASIAABCDEFGHIJKLMNOP") == "the *** is *** of ***"


def test_a_zip_is_unpacked_with_its_links_and_modes(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name, mode, text in (
            ("d/", 0o40755, ""),
            ("d/run.sh", 0o100755, "x"),
            ("link", stat.S_IFLNK | 0o777, "d/run.sh"),
            ("evil", stat.S_IFLNK | 0o777, "/etc"),
            ("evil/passwd", 0o100644, "x"),
        ):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, mode << 16
            target.writestr(entry, text)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(BadZip):
        unpack(archive, folder)
    assert (folder / "d/run.sh").stat().st_mode & 0o111
    assert (folder / "evil/passwd").read_text() == "x"


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06"])
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(BadZip):
        unpack(tmp_path / "x", tmp_path / "out")


def test_an_empty_zip_is_an_empty_source(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    (tmp_path / "x").write_bytes(buffer.getvalue())
    unpack(tmp_path / "x", tmp_path)
