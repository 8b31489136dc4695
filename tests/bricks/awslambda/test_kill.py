"""A server that is killed loses no event that it has accepted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bricks.awslambda.conftest import Functions, package

from brickline.baseplate.house import Baseplate

_EVENTS = 20

_SERVER = """
import sys, time
from pathlib import Path
from brickline import bricks
from brickline.baseplate.house import Baseplate
from brickline.baseplate.settings import Settings

baseplate = Baseplate(Settings(data=Path(sys.argv[1])), bricks.makers())
baseplate.start()
context = baseplate.context()
code = {"ZipFile": Path(sys.argv[2]).read_bytes()}
role = "arn:aws:iam::123456789012:role/MLOps-LambdaRole"
function = {"FunctionName": "f", "Runtime": "python3.11", "Role": role, "Handler": "app.handler", "Code": code}
context.call("lambda", "CreateFunction", **function)
for number in range(int(sys.argv[3])):
    payload = b'{"n": %d}' % number
    context.call("lambda", "Invoke", FunctionName="f", InvocationType="Event", Payload=payload)
print("accepted", flush=True)
time.sleep(60)
"""
_FUNCTION = "import time\ndef handler(e, c):\n    time.sleep(0.1)\n    print(f'done<{e[\"n\"]}>')"


def test_every_accepted_event_is_handled_after_a_kill(
    tmp_path: Path, open_functions: Callable[[], tuple[Baseplate, Functions]]
) -> None:
    archive = tmp_path / "function.zip"
    archive.write_bytes(package(app=_FUNCTION))
    command = [sys.executable, "-c", _SERVER, str(tmp_path / "data"), str(archive), str(_EVENTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"accepted\n"
        server.kill()
    _, functions = open_functions()
    for number in range(_EVENTS):
        functions.log(f"done<{number}>")  # once or, where the server was killed before it knew, twice
