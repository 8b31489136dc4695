from __future__ import annotations

import threading

from tests.bricks.s3.conftest import S3


def test_a_part_of_an_object_is_given_with_its_place(s3: S3) -> None:
    s3.put("k", b"0123456789")
    answer = s3("GetObject", Key="k", Range="bytes=2-4", ChecksumMode="ENABLED")
    assert (answer["Body"].read(), answer["ContentRange"], answer["ContentLength"]) == (b"234", "bytes 2-4/10", 3)
    assert not any(member.startswith("Checksum") for member in answer), "it would be the checksum of the whole"
    assert s3.get("k", Range="bytes=-3") == b"789"
    assert s3("HeadObject", Key="k", Range="bytes=-3")["ContentRange"] == "bytes 7-9/10"
    assert s3.refused("InvalidRange", "GetObject", Key="k", Range="bytes=10-").status == 416
    s3.put("empty")
    assert s3.get("empty") == b""
    s3.refused("InvalidRange", "GetObject", Key="empty", Range="bytes=0-")


def test_an_object_that_is_one_part_is_read_as_part_1(s3: S3) -> None:
    s3.put("k", b"data")
    answer = s3("GetObject", Key="k", PartNumber=1)
    assert (answer["Body"].read(), answer["ContentRange"]) == (b"data", "bytes 0-3/4")
    s3.refused("InvalidPartNumber", "GetObject", Key="k", PartNumber=2)
    s3.refused("InvalidRequest", "GetObject", Key="k", PartNumber=1, Range="bytes=0-1")


def test_a_request_may_say_what_headers_it_wants_back(s3: S3) -> None:
    s3.put("k", b"data", ContentType="text/plain")
    answer = s3("GetObject", Key="k", ResponseContentType="text/csv", ResponseContentDisposition="attachment")
    assert (answer["ContentType"], answer["ContentDisposition"]) == ("text/csv", "attachment")


def test_what_is_not_there_is_told_apart(s3: S3) -> None:
    assert s3.refused("NoSuchKey", "GetObject", Key="none").status == 404
    assert s3.refused("NoSuchVersion", "GetObject", Key="none", VersionId="v").status == 404
    s3.refused("NoSuchBucket", "GetObject", Bucket="not-there", Key="k")


def test_attributes_are_those_that_are_asked_for(s3: S3) -> None:
    s3.put("k", b"data")
    answer = s3("GetObjectAttributes", Key="k", ObjectAttributes=["ETag", "ObjectSize", "Checksum", "ObjectParts"])
    assert answer["ETag"] == "8d777f385d3dfec8815d20f7496026dc"
    assert answer["ObjectSize"] == 4
    assert answer["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    assert "StorageClass" not in answer
    assert "ObjectParts" not in answer


def test_a_reader_finishes_what_it_began_while_the_object_is_replaced_and_deleted(s3: S3) -> None:
    s3.put("k", b"old")
    body = s3("GetObject", Key="k")["Body"]
    s3.put("k", b"new")
    s3("DeleteObject", Key="k")
    assert body.read() == b"old"
    body.close()
    assert s3.files() == 0


def test_readers_beside_a_writer_always_find_a_whole_object(s3: S3) -> None:
    s3.put("k", b"0" * 100)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number = (number + 1) % 10
            s3.put("k", str(number).encode() * 100)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            assert len(set(s3.get("k"))) == 1
            s3("CopyObject", Key="copy", CopySource="a-bucket/k")
    finally:
        stop.set()
        writer.join()


def test_an_object_with_a_customer_s_key_is_read_by_who_shows_it(s3: S3) -> None:
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32, "SSECustomerKeyMD5": "md5"}
    assert s3.put("k", b"secret", **key)["SSECustomerKeyMD5"] == "md5"
    assert s3.get("k", **key) == b"secret"
    s3.refused("InvalidRequest", "GetObject", Key="k")
    s3.refused("AccessDenied", "GetObject", Key="k", **{**key, "SSECustomerKeyMD5": "other"})
    s3.put("plain")
    s3.refused("InvalidRequest", "HeadObject", Key="plain", **key)
