from __future__ import annotations

import base64
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickline.baseplate.errors import Refused
from brickline.bricks.s3 import checksums


@pytest.mark.parametrize(
    ("algorithm", "value"),  # check values of the CRC catalogue and of RFC 3174, for "123456789"
    [
        ("CRC32", "cbf43926"),
        ("CRC32C", "e3069283"),
        ("CRC64NVME", "ae8b14860a799888"),
        ("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("SHA256", hashlib.sha256(b"123456789").hexdigest()),
    ],
)
def test_checksums_are_those_of_the_catalogue_in_base64(algorithm: str, value: str) -> None:
    hasher = checksums.hashers([algorithm])[algorithm]
    for byte in b"123456789":
        hasher.update(bytes([byte]))
    assert checksums.encoded(hasher.digest()) == base64.b64encode(bytes.fromhex(value)).decode()


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.sampled_from(["CRC32", "CRC32C", "CRC64NVME"]))
def test_the_checksum_of_the_whole_follows_from_those_of_the_parts(parts: list[bytes], algorithm: str) -> None:
    def of(data: bytes) -> str:
        hasher = checksums.hashers([algorithm])[algorithm]
        hasher.update(data)
        return checksums.encoded(hasher.digest())

    assert checksums.full_object([(of(part), len(part)) for part in parts], algorithm) == of(b"".join(parts))


def test_a_composite_checksum_is_one_of_checksums_with_their_number() -> None:
    digests = [zlib.crc32(part).to_bytes(4, "big") for part in (b"a", b"b")]
    whole = base64.b64encode(zlib.crc32(b"".join(digests)).to_bytes(4, "big")).decode()
    assert checksums.composite(map(checksums.encoded, digests), "CRC32") == f"{whole}-2"


def test_the_etag_of_a_multipart_upload_is_an_md5_of_md5s_with_their_number() -> None:
    digests = [hashlib.md5(part).digest() for part in (b"a", b"b")]
    expected = hashlib.md5(b"".join(digests)).hexdigest() + "-2"
    assert checksums.multipart_etag(digest.hex() for digest in digests) == expected


@pytest.mark.parametrize(
    ("stated", "code"), [("AAAAAA==", "BadDigest"), ("no", "InvalidRequest"), ("é", "InvalidRequest")]
)
def test_a_wrong_checksum_and_what_is_none_are_told_apart(stated: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        checksums.check({"CRC32": checksums.encoded(b"\1\2\3\4")}, {"CRC32": stated})


def test_checksums_stand_in_trailers_under_the_names_of_headers() -> None:
    found = checksums.in_trailers({"x-amz-checksum-crc64nvme": "x", "x-amz-trailer-signature": "y"})
    assert found == {"CRC64NVME": "x"}
