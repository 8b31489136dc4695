from __future__ import annotations

from pathlib import Path

import pytest
from tests.clients.harness import PROGRAMS, Server, client


@pytest.mark.parametrize(
    ("generation", "program"),
    [
        ("sagemaker2", "train_v2.py"),
        ("sagemaker3", "train_v3.py"),
        ("sagemaker2", "pipeline_v2.py"),
        ("sagemaker3", "pipeline_v3.py"),
        ("sagemaker2", "endpoints_boto3.py"),
        ("sagemaker2", "deploy_v2.py"),
        ("sagemaker3", "deploy_v3.py"),
        ("sagemaker2", "transform_v2.py"),
    ],
)
def test_the_unmodified_sdk_runs(server: Server, generation: str, program: str, tmp_path: Path) -> None:
    """Each program asserts what it sees, and says `done` at its end."""
    done = server.run([str(client(generation) / "python"), str(PROGRAMS / program)], cwd=tmp_path)
    assert done.stdout.rstrip().endswith("done")
