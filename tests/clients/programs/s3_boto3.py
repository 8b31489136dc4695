"""boto3 and its transfer manager: hostile keys, parts, copies, versions, ranges, conditions, presigned addresses."""

import hashlib
import io
import os
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
BUCKET = "boto3-objects"
s3.create_bucket(Bucket=BUCKET)


def refused(code: str, call, **request) -> None:
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{code} was expected")


# Keys are names, not paths.
keys = ["../x", "/", "a", "a/b", "a//b", "ä/日本 語+%.txt", "z" * 1024, "dot/./dot/../end", "tilde~*'()"]
for key in keys:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Metadata={"Key": "of-mine"})
listed = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
assert listed == sorted(keys, key=str.encode), listed
for key in keys:
    answer = s3.get_object(Bucket=BUCKET, Key=key)
    assert (answer["Body"].read(), answer["Metadata"]) == (key.encode(), {"key": "of-mine"})
folders = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/", Prefix="a")
assert [found["Prefix"] for found in folders["CommonPrefixes"]] == ["a/"]
assert [found["Key"] for found in folders["Contents"]] == ["a"]
refused("KeyTooLongError", s3.put_object, Bucket=BUCKET, Key="z" * 1025, Body=b"")
refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="none")
refused("404", s3.head_object, Bucket=BUCKET, Key="none")
refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-bucket-here")

# The transfer manager sends and fetches large files in parts.
large = os.urandom(20 << 20)
config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
s3.upload_fileobj(io.BytesIO(large), BUCKET, "large", Config=config)
head = s3.head_object(Bucket=BUCKET, Key="large", ChecksumMode="ENABLED")
assert head["ETag"].endswith('-3"'), head["ETag"]
fetched = io.BytesIO()
s3.download_fileobj(BUCKET, "large", fetched, Config=config)
assert fetched.getvalue() == large
s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copies/large", Config=config)
assert s3.get_object(Bucket=BUCKET, Key="copies/large")["Body"].read() == large
part = s3.get_object(Bucket=BUCKET, Key="large", Range="bytes=-5")
assert (part["Body"].read(), part["ContentRange"]) == (
    large[-5:],
    f"bytes {len(large) - 5}-{len(large) - 1}/{len(large)}",
)
refused("InvalidRange", s3.get_object, Bucket=BUCKET, Key="a", Range="bytes=5-9")

# Conditions and checksums.
etag = s3.put_object(Bucket=BUCKET, Key="once", Body=b"1", IfNoneMatch="*")["ETag"]
assert etag == f'"{hashlib.md5(b"1").hexdigest()}"'
refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="once", Body=b"2", IfNoneMatch="*")
refused("304", s3.get_object, Bucket=BUCKET, Key="once", IfNoneMatch=etag)
refused("BadDigest", s3.put_object, Bucket=BUCKET, Key="bad", Body=b"1", ChecksumCRC32="AAAAAA==")
refused("404", s3.head_object, Bucket=BUCKET, Key="bad")
for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"):
    s3.put_object(Bucket=BUCKET, Key=algorithm, Body=b"sum", ChecksumAlgorithm=algorithm)
    assert f"Checksum{algorithm}" in s3.head_object(Bucket=BUCKET, Key=algorithm, ChecksumMode="ENABLED")

# Versions.
s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
first = s3.put_object(Bucket=BUCKET, Key="v", Body=b"1")["VersionId"]
second = s3.put_object(Bucket=BUCKET, Key="v", Body=b"2")["VersionId"]
marker = s3.delete_object(Bucket=BUCKET, Key="v")
assert marker["DeleteMarker"] is True
refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="v")
assert s3.get_object(Bucket=BUCKET, Key="v", VersionId=first)["Body"].read() == b"1"
s3.delete_object(Bucket=BUCKET, Key="v", VersionId=marker["VersionId"])
assert s3.get_object(Bucket=BUCKET, Key="v")["VersionId"] == second
versions = s3.list_object_versions(Bucket=BUCKET, Prefix="v")["Versions"]
assert [found["VersionId"] for found in versions] == [second, first]

# Tags, documents of the bucket.
s3.put_object_tagging(Bucket=BUCKET, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
assert s3.get_object_tagging(Bucket=BUCKET, Key="a")["TagSet"] == [{"Key": "k", "Value": "v"}]
refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=BUCKET)
refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket=BUCKET)
rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
assert s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"] == [rule]

# Presigned addresses, in both of the signatures that boto3 makes; without a signature there is no access.
signed = {"virtual": boto3.client("s3", config=Config(signature_version="s3v4")), "old": s3}
for client in signed.values():
    url = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "ä/日本 語+%.txt"})
    assert urllib.request.urlopen(url).read() == "ä/日本 語+%.txt".encode()
put = signed["virtual"].generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "by url"})
urllib.request.urlopen(urllib.request.Request(put, data=b"put", method="PUT"))
assert s3.get_object(Bucket=BUCKET, Key="by url")["Body"].read() == b"put"
try:
    urllib.request.urlopen(put.split("?")[0])
except urllib.error.HTTPError as error:
    assert error.code == 403, error
else:
    raise AssertionError("a request without a signature must be refused")

# Through the proxy, by the public host name: TLS, chunks with trailers, and the bucket in the host's name.
public = boto3.client(
    "s3", endpoint_url="https://s3.us-east-1.amazonaws.com", config=Config(s3={"addressing_style": "virtual"})
)
public.put_object(Bucket=BUCKET, Key="tls", Body=large)
assert public.get_object(Bucket=BUCKET, Key="tls")["Body"].read() == large

# A whole bucket goes in pages of a thousand.
bucket = boto3.resource("s3").Bucket(BUCKET)
bucket.object_versions.delete()
bucket.delete()
refused("404", s3.head_bucket, Bucket=BUCKET)
print("done")
