from __future__ import annotations

import pytest
from tests.clients.harness import PROGRAMS, Server, client


@pytest.mark.parametrize(
    ("generation", "program"),
    [("sagemaker2", "train_v2.py"), ("sagemaker3", "train_v3.py")],
)
def test_the_unmodified_sdk_trains_processes_and_registers(server: Server, generation: str, program: str) -> None:
    done = server.run([str(client(generation) / "python"), str(PROGRAMS / program)])
    assert done.stdout.rstrip().endswith("done")
