from __future__ import annotations

import base64
import hashlib
import resource
import threading
from pathlib import Path

import pytest
from tests.bricks.s3.conftest import S3

from brickline.baseplate.bodies import FileBody, GivenFile
from brickline.baseplate.errors import Refused


class Stream:
    """A body of `length` zeros that breaks off after `until` bytes, in pieces; trailers come with its end."""

    def __init__(self, length: int, until: int | None = None, trailers: dict[str, str] | None = None) -> None:
        self.length: int | None = length
        self._left = length
        self._until = length - until if until is not None else -1
        self._piece = bytes(1 << 16)
        if trailers is not None:
            self.trailers = trailers

    def read(self, size: int = -1, /) -> bytes:
        if self._left <= self._until:
            raise Refused("IncompleteBody", "the client went away")
        data = self._piece[: min(self._left, size if size > 0 else self._left)]
        self._left -= len(data)
        return data

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/", "//", ".", "a/./b/../c", "ü/日本語 +%&", "k" * 1024, "\U0001f600"]
)
def test_a_key_is_a_name_and_not_a_path(s3: S3, key: str) -> None:
    s3.put(key, key.encode())
    s3.put("beside", b"x")
    assert s3.get(key) == key.encode()
    assert key in s3.listed()


def test_a_key_has_at_most_1024_bytes(s3: S3) -> None:
    s3.refused("KeyTooLongError", "PutObject", Key="é" * 513)


def test_an_object_is_given_back_with_what_was_said_of_it(s3: S3) -> None:
    s3.put(
        "k",
        b"data",
        ContentType="text/plain",
        ContentEncoding="aws-chunked,gzip",
        CacheControl="no-cache",
        Metadata={"Name": "Value"},
        StorageClass="STANDARD_IA",
        Tagging="a=1&b=2%20x",
    )
    head = s3("HeadObject", Key="k")
    assert (head["ContentType"], head["ContentEncoding"], head["CacheControl"]) == ("text/plain", "gzip", "no-cache")
    assert (head["Metadata"], head["StorageClass"], head["TagCount"]) == ({"name": "Value"}, "STANDARD_IA", 2)
    assert (head["ContentLength"], head["ETag"]) == (4, f'"{hashlib.md5(b"data").hexdigest()}"')
    assert {tag["Key"]: tag["Value"] for tag in s3("GetObjectTagging", Key="k")["TagSet"]} == {"a": "1", "b": "2 x"}
    assert s3("HeadObject", Key="k", ChecksumMode="ENABLED")["ChecksumType"] == "FULL_OBJECT"
    s3.put("plain")
    assert s3("HeadObject", Key="plain")["ContentType"] == "binary/octet-stream"


def test_putting_again_replaces_the_object_and_its_file(s3: S3) -> None:
    s3.put("k", b"1", Metadata={"a": "b"})
    s3.put("k", b"2")
    assert s3.get("k") == b"2"
    assert "Metadata" not in s3("HeadObject", Key="k")
    assert s3.files() == 1


def test_a_body_that_breaks_off_leaves_nothing(s3: S3) -> None:
    for length in (1 << 17, 8 << 20):  # hashed while it is written, and hashed in a second thread
        s3.refused("IncompleteBody", "PutObject", Key="k", Body=Stream(length, until=1 << 16))
    assert s3.listed() == []
    assert s3.files() == 0
    assert list((s3.baseplate.data / "objects" / "staging").iterdir()) == []


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"ContentMD5": base64.b64encode(hashlib.md5(b"other").digest()).decode()}, "BadDigest"),
        ({"ContentMD5": "nonsense"}, "InvalidDigest"),
        ({"ChecksumSHA256": base64.b64encode(bytes(32)).decode()}, "BadDigest"),
        ({"ChecksumCRC32": "short"}, "InvalidRequest"),
    ],
)
def test_a_body_that_is_not_what_its_checksum_says_leaves_nothing(s3: S3, stated: dict[str, str], code: str) -> None:
    s3.put("k", b"before")
    s3.refused(code, "PutObject", Key="k", Body=b"data", **stated)
    assert s3.get("k") == b"before"
    assert s3.files() == 1


def test_the_checksum_that_the_client_chose_is_kept_and_s3_s_own_where_it_chose_none(s3: S3) -> None:
    sha = base64.b64encode(hashlib.sha256(b"data").digest()).decode()
    assert s3.put("k", b"data", ChecksumSHA256=sha)["ChecksumSHA256"] == sha
    head = s3("HeadObject", Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == sha
    assert "ChecksumCRC64NVME" not in head
    assert "ChecksumSHA256" not in s3("HeadObject", Key="k")
    assert "ChecksumCRC64NVME" in s3.put("k", b"data")


def test_a_checksum_may_come_in_the_trailer_unannounced(s3: S3) -> None:
    right = base64.b64encode(hashlib.sha1(bytes(100)).digest()).decode()
    answer = s3.put("k", Stream(100, trailers={"x-amz-checksum-sha1": right}))
    assert answer["ChecksumSHA1"] == right
    wrong = base64.b64encode(bytes(20)).decode()
    s3.refused("BadDigest", "PutObject", Key="j", Body=Stream(100, trailers={"x-amz-checksum-sha1": wrong}))
    assert s3.listed() == ["k"]


def test_a_conditional_write_loses_no_other_writer_s_object(s3: S3) -> None:
    s3.put("k", b"1", IfNoneMatch="*")
    assert s3.refused("PreconditionFailed", "PutObject", Key="k", Body=b"2", IfNoneMatch="*").status == 412
    etag = s3("HeadObject", Key="k")["ETag"]
    s3.put("k", b"3", IfMatch=etag)
    s3.refused("PreconditionFailed", "PutObject", Key="k", Body=b"4", IfMatch=etag)
    assert s3.refused("NoSuchKey", "PutObject", Key="none", Body=b"4", IfMatch=etag).status == 404
    assert s3.get("k") == b"3"
    assert s3.files() == 1


def test_one_of_many_that_create_the_same_key_at_once_wins(s3: S3) -> None:
    won: list[int] = []
    lost: list[str] = []

    def put(number: int) -> None:
        try:
            s3.put("k", str(number).encode(), IfNoneMatch="*")
            won.append(number)
        except Refused as refused:
            lost.append(refused.code)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [s3.get("k")] == [str(number).encode() for number in won]
    assert lost == ["PreconditionFailed"] * 7
    assert s3.files() == 1


def test_a_file_is_copied_and_a_given_one_becomes_the_object_itself(s3: S3, tmp_path: Path) -> None:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"model")
    s3.put("copied", FileBody(path))
    assert path.exists()
    inode = path.stat().st_ino
    s3.put("given", GivenFile(path))
    assert not path.exists()
    body = s3("GetObject", Key="given")["Body"]
    assert isinstance(body, FileBody)
    assert (body.is_whole, body.path.stat().st_ino) == (True, inode)
    body.close()
    assert (s3.get("copied"), s3.get("given")) == (b"model", b"model")


def test_memory_stays_flat_whatever_the_size(s3: S3) -> None:
    s3.put("warm", Stream(32 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    s3.put("large", Stream(512 << 20))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 32 << 10, f"{grown} KiB more than for a sixteenth of the size"
    assert s3("HeadObject", Key="large")["ContentLength"] == 512 << 20


def test_what_cannot_be_kept_is_refused(s3: S3) -> None:
    s3.refused("MetadataTooLarge", "PutObject", Key="k", Metadata={"a": "x" * 2048})
    s3.refused("BadRequest", "PutObject", Key="k", Tagging="&".join(f"k{number}=v" for number in range(11)))
    s3.refused("InvalidTag", "PutObject", Key="k", Tagging="k=" + "v" * 257)
    s3.refused("InvalidRequest", "PutObject", Key="k", ObjectLockLegalHoldStatus="ON")
    s3.refused("NotImplemented", "PutObject", Key="k", WriteOffsetBytes=0)
    s3.refused("NoSuchBucket", "PutObject", Bucket="not-there", Key="k")
    assert s3.files() == 0
