"""The one shell of a build: what a command changes - folder, variables, functions, options - the next one finds.

A command may end its shell (`exit 3`, `set -e`, `exec`). The shell leaves a snapshot of itself after each command and
at its end, and the next command gets a new shell that goes on from there.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

# The shell reads commands from descriptor 198 and reports on 199, out of the way of those that scripts use; commands do
# not inherit them. What keeps the house must not be seen by `set -x`, nor be ended by `set -e` and `set -u`.
_LOOP = r"""
__brickline_save() {
    {
        declare -p
        declare -f
        alias -p
        printf 'umask %s\ncd -- %q\n' "$(umask)" "$PWD"
        shopt -p
        set +o
    } > "$__brickline_snapshot" 2>/dev/null
}
eval "exec 198<&$3 199>&$4 $3<&- $4>&-"
__brickline_snapshot=$1 __brickline_goes_on=$2
set --
shopt -s expand_aliases
[ -z "$__brickline_goes_on" ] || . "$__brickline_snapshot" > /dev/null 2>&1
trap '__brickline_save || :' EXIT
while { IFS= read -r -u 198 __brickline_file; } 2>/dev/null; do
    . "$__brickline_file" < /dev/null 198<&- 199>&-
    { __brickline_status=$?; __brickline_save || :; printf '%s\n' "$__brickline_status" >&199; } 2>/dev/null
done
"""

_BASH = ("bash", "--norc", "--noprofile")


class Shell:
    """Runs commands one after another; `folder` is for the shell's own files, `directory` is where it starts.

    With `lasting` all commands share one shell (buildspec 0.2); without, each one has a new shell (0.1).
    """

    def __init__(self, folder: Path, directory: Path, lasting: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._directory = directory
        self._lasting = lasting
        self._process: subprocess.Popen[bytes] | None = None
        self._input = self._output = -1
        self._count = 0
        (folder / "loop.sh").write_text(_LOOP)

    def run(self, command: str) -> int:
        """Run a command, text as the shell reads it, to its end; its exit status as a shell counts it."""
        self._count += 1
        script = self._folder / f"command-{self._count}.sh"
        script.write_text(command + "\n", errors="surrogateescape")
        if self._process is None:
            self._start()
        os.write(self._input, f"{script}\n".encode())
        status = self._result()
        script.unlink()
        if not self._lasting and self._process is not None:
            self.close()
        return status

    def export(self, name: str, value: str) -> None:
        """Set a variable, in the shell that runs and for those to come."""
        os.environ[name] = value
        if self._lasting:
            self.run(f"export {name}={value}")

    def values(self, names: Sequence[str]) -> dict[str, str]:
        """The variables of the shell that are set, by their names."""
        texts = {name: f'[ -z "${{{name}+x}}" ] || printf %s "${name}" > {{}}' for name in names}
        return {name: text for name, text in self._written(texts).items() if text is not None}

    def expand(self, text: str) -> str:
        """The text with what the shell puts in the place of variables and `$(...)`."""
        written = self._written({"text": f"cat > {{}} <<__BRICKLINE__\n{text}\n__BRICKLINE__"})["text"]
        return text if written is None else written.rstrip("\n")

    def close(self) -> None:
        """Let the shell end; what it started in the background goes on."""
        if self._process is not None:
            os.close(self._input)
            self._drop()

    def _written(self, commands: dict[str, str]) -> dict[str, str | None]:
        """What each command writes to the file whose path is put into it; None where it wrote none."""
        found: dict[str, str | None] = {}
        for name, command in commands.items():
            file = self._folder / "value"
            self.run(command.replace("{}", str(file)))
            found[name] = file.read_text(errors="replace") if file.exists() else None
            if file.exists():
                file.unlink()
        return found

    def _start(self) -> None:
        snapshot = self._folder / "snapshot.sh"
        goes_on = "yes" if self._lasting and snapshot.exists() else ""
        commands, self._input = os.pipe()
        self._output, results = os.pipe()
        self._process = subprocess.Popen(
            [*_BASH, str(self._folder / "loop.sh"), str(snapshot), goes_on, str(commands), str(results)],
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            pass_fds=(commands, results),
            start_new_session=True,
        )
        os.close(commands)
        os.close(results)

    def _result(self) -> int:
        """The status that the shell reports; or its own, where the command ended the shell."""
        line = b""
        while not line.endswith(b"\n"):
            data = os.read(self._output, 64)
            if not data:
                os.close(self._input)
                return self._drop()
            line += data
        return int(line)

    def _drop(self) -> int:
        """Wait for the shell's end; nobody else holds the far end of the results' pipe."""
        assert self._process is not None
        code = self._process.wait()
        os.close(self._output)
        self._process = None
        return code if code >= 0 else 128 - code
