"""A server that is killed loses no event that it has accepted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from brickline.baseplate.house import Baseplate
from tests.bricks.awslambda.conftest import Functions

_EVENTS = 20

_SERVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from brickline import bricks
from brickline.baseplate.house import Baseplate
from brickline.baseplate.settings import Settings
from tests.bricks.awslambda.conftest import Functions

baseplate = Baseplate(Settings(data=Path(sys.argv[1])), bricks.makers())
baseplate.start()
functions = Functions(baseplate.context())
functions.create("import time\\ndef handler(e, c):\\n    time.sleep(0.1)\\n    print('done', e['n'])")
for number in range(int(sys.argv[3])):
    functions.invoke({"n": number}, InvocationType="Event")
functions.log("done")
print("at work", flush=True)
time.sleep(60)
"""


def test_every_accepted_event_is_handled_after_a_kill(
    tmp_path: Path, open_functions: Callable[[], tuple[Baseplate, Functions]]
) -> None:
    project = Path(__file__).parents[3]
    command = [sys.executable, "-c", _SERVER, str(tmp_path / "data"), str(project), str(_EVENTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"at work\n"
        server.kill()
    _, functions = open_functions()
    done = [line for line in functions.log("done", count=_EVENTS) if line.startswith("done")]
    assert {int(line.split()[1]) for line in done} == set(range(_EVENTS))
