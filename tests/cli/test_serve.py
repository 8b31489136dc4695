from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import logging, sys
from pathlib import Path
from brickline.cli import serve
serve._LARGEST_LOG = 10_000
serve.log_to(Path(sys.argv[1]))
for number in range(2_000):
    logging.getLogger("brickline").info("line %d", number)
"""


def test_the_log_of_a_server_in_the_background_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    subprocess.run([sys.executable, "-c", _PROGRAM, str(log)], check=True)
    assert log.read_text().endswith("line 1999\n")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 20_000
    assert sorted(file.name for file in tmp_path.iterdir()) == ["server.log", "server.log.1"]
