from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.clients.harness import PROGRAMS, Server, client


@pytest.mark.parametrize("program", ["s3_boto3.py", "s3_data.py"])
def test_unmodified_libraries_keep_and_fetch_objects(server: Server, program: str) -> None:
    done = server.run([str(client("data") / "python"), str(PROGRAMS / program)])
    assert done.stdout.rstrip().endswith("done")


def test_the_aws_command_line_makes_copies_syncs_lists_and_removes(server: Server, tmp_path: Path) -> None:
    aws = str(client("awscli") / "aws")
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "sub" / "b c.txt").write_text("b")
    (source / "large.bin").write_bytes(b"x" * (9 << 20))

    def s3(*words: str) -> str:
        return server.run([aws, "s3", *words]).stdout

    s3("mb", "s3://aws-cli")
    s3("sync", str(source), "s3://aws-cli/all")
    assert "upload" not in s3("sync", str(source), "s3://aws-cli/all"), "what is there already is not sent again"
    listed = s3("ls", "--recursive", "s3://aws-cli")
    assert [line.split(maxsplit=3)[3] for line in listed.splitlines()] == [
        "all/a.txt",
        "all/large.bin",
        "all/sub/b c.txt",
    ]
    assert "PRE sub/" in s3("ls", "s3://aws-cli/all/")
    s3("cp", "--recursive", "s3://aws-cli/all", str(target))
    assert (target / "sub" / "b c.txt").read_text() == "b"
    assert (target / "large.bin").read_bytes() == b"x" * (9 << 20)
    s3("mv", "s3://aws-cli/all/a.txt", "s3://aws-cli/moved.txt")
    s3("rm", "--recursive", "s3://aws-cli/all")
    assert s3("ls", "--recursive", "s3://aws-cli").split()[-1] == "moved.txt"
    s3("rb", "--force", "s3://aws-cli")
    assert "aws-cli" not in s3("ls")


def test_the_aws_command_line_shows_the_services_own_errors(server: Server) -> None:
    aws = str(client("awscli") / "aws")
    command = [aws, "sagemaker", "describe-training-job", "--training-job-name", "none"]
    done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode in (254, 255), "254 by the second generation of the command line"
    assert "ValidationException" in done.stderr
    identity = server.run([aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]).stdout
    assert identity.startswith("arn:aws:sts::123456789012:assumed-role/SageMakerExecutionRole/")


def test_curl_fetches_a_presigned_address(server: Server) -> None:
    aws = str(client("awscli") / "aws")
    server.run([aws, "s3", "mb", "s3://presigned"])
    server.run([aws, "s3", "cp", "-", "s3://presigned/a b.txt"], input="by curl")
    url = server.run([aws, "s3", "presign", "s3://presigned/a b.txt"]).stdout.strip()
    assert server.run(["curl", "-sS", "--fail", url]).stdout == "by curl"
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    done = server.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", forged])
    assert done.stdout == "403"
