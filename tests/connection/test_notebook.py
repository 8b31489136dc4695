"""connect() and disconnect() in a process of their own, as a notebook has one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import call

NOTEBOOK = """
import os
import boto3
boto3.client("sts", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
os.environ["AWS_PROFILE"] = "mine"
before = dict(os.environ)

import brickline
connection = brickline.connect({data!r}, port=0)
again = brickline.connect({data!r}, quiet=True)
assert connection.started and not again.started
assert connection.endpoint_url == again.endpoint_url
assert boto3.client("sts").get_caller_identity()["Arn"] == connection.principal
assert "AWS_PROFILE" not in os.environ
boto3.client("s3").create_bucket(Bucket="drawn")
drawn = brickline.picture("drawn")
assert 'class="brick bucket new"' in drawn._repr_svg_().replace(" lit-0", "").replace(" lit-1", ""), drawn.svg
assert drawn.save({data!r} + "/picture.svg").read_text().startswith("<svg")
brickline.disconnect()
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
brickline.disconnect()
assert "brickline.connect() starts one" in brickline.picture(data={data!r} + "-none").svg
print("done")
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    call("down", "--data", str(tmp_path / "data"))


def test_a_notebook_is_connected_and_given_back(data: Path) -> None:
    environment = {**os.environ, "AWS_REGION": "eu-west-1"}
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK.format(data=str(data))],
        capture_output=True,
        text=True,
        timeout=90,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("done")
    assert "Brickline: started a server at http://127.0.0.1:" in done.stdout
    assert f"brickline down --data {data}" in done.stdout


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "brickline.toml").write_text("nonsense = 1\n")
    program = f"import brickline; brickline.connect({str(tmp_path)!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "there is no setting 'nonsense'" in done.stderr
