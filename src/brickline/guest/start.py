"""Starts a job's process as its container would: `python start.py COMMAND [ARGUMENT...]`.

Makes the job's layer over the shared environment, then becomes the command, found on the layer's PATH: `train` is the
training toolkit, `python3` and `pip3` are the layer's. A command that cannot be started ends with the codes of a shell:
127 where it is not there, 126 where it cannot be run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).absolute().parent.parent)
    __package__ = "guest"

from . import warm
from .layer import enter


def main(command: list[str]) -> int:
    """Becomes `command`; returns an exit code only where that cannot be."""
    python = enter(os.environ)
    warm.go_on(command, python)
    try:
        os.execvp(command[0], command)
    except FileNotFoundError:
        print(f"{command[0]}: command not found", file=sys.stderr)
        return 127
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return 126


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["train"]))
