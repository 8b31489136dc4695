"""s3fs, pandas and pyarrow read and write what boto3 does."""

import os

import boto3
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import s3fs
from pyarrow import fs

BUCKET = "data-tools"
boto3.client("s3").create_bucket(Bucket=BUCKET)
table = pd.DataFrame({"x": range(1000), "name": [f"row {number}" for number in range(1000)]})

# s3fs
files = s3fs.S3FileSystem()
with files.open(f"{BUCKET}/folder/hello.txt", "w") as file:
    file.write("hello")
assert files.cat(f"{BUCKET}/folder/hello.txt") == b"hello"
assert files.ls(f"{BUCKET}/folder") == [f"{BUCKET}/folder/hello.txt"]
with files.open(f"{BUCKET}/large.bin", "wb", block_size=5 << 20) as file:
    for _ in range(12):
        file.write(b"x" * (1 << 20))
assert files.size(f"{BUCKET}/large.bin") == 12 << 20
files.mv(f"{BUCKET}/folder/hello.txt", f"{BUCKET}/moved.txt")
assert files.exists(f"{BUCKET}/moved.txt")
assert not files.exists(f"{BUCKET}/folder/hello.txt")

# pandas
table.to_csv(f"s3://{BUCKET}/table.csv", index=False)
assert pd.read_csv(f"s3://{BUCKET}/table.csv").equals(table)
table.to_parquet(f"s3://{BUCKET}/table.parquet")
assert pd.read_parquet(f"s3://{BUCKET}/table.parquet").equals(table)

# pyarrow
server = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
system = fs.S3FileSystem(endpoint_override=server, scheme="http")
pq.write_to_dataset(pa.Table.from_pandas(table), f"{BUCKET}/dataset", filesystem=system)
found = pq.read_table(f"{BUCKET}/dataset", filesystem=system)
assert found.num_rows == 1000
by_uri, path = fs.FileSystem.from_uri(f"s3://{BUCKET}/dataset")
assert [info.base_name for info in by_uri.get_file_info(fs.FileSelector(path))]
files.rm(BUCKET, recursive=True)
print("done")
