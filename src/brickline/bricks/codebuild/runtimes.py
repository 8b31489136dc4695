"""`runtime-versions`: which Python a build gets. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from brickline.bricks.codebuild.buildspec import BuildspecError
from brickline.images.resolve import OLDEST_PYTHON, numbers

_MANAGED = re.compile(r"(?:aws/codebuild/)?[\w.-]*standard:\d+\.\d+(-\d+(\.\d+)*)?")
_NOT_SUPPORTED = "Skipping install of runtimes. Runtime version selection is not supported by this build image."
_VERSION = re.compile(r"(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?|latest")


@dataclass(frozen=True)
class Choice:
    """The image whose environment is taken, and what the log says about it."""

    image: str
    notices: tuple[str, ...] = ()


def choose(image: str, wanted: Mapping[str, str], available: Collection[str]) -> Choice:
    """`wanted` are runtimes and versions, `available` the interpreters at hand (`3.11`). Raises BuildspecError."""
    if not wanted:
        return Choice(image)
    if not _MANAGED.fullmatch(image):
        return Choice(image, (_NOT_SUPPORTED,))
    others = tuple(
        f"Skipping runtime {name} {version}: only python is provided here; {name} is what this machine has of it"
        for name, version in wanted.items()
        if name != "python"
    )
    if "python" not in wanted:
        return Choice(image, others)
    python, notices = nearest_python(wanted["python"], available)
    return Choice(f"{image}-python{python}", (*others, *notices))


def nearest_python(wanted: str, available: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """An interpreter for a version as it is asked for, and what to say. Of equally near ones the later is taken."""
    usable = sorted({one for one in available if numbers(one) >= numbers(OLDEST_PYTHON)}, key=numbers)
    found = _VERSION.fullmatch(wanted)
    if not found:
        raise BuildspecError(
            f"Unknown runtime version named '{wanted}' of python. "
            f"This build image has the following versions: {', '.join(usable)}"
        )
    notices: tuple[str, ...] = ()
    if wanted == "3.1":
        # A tool that wrote the buildspec has read 3.10 as a number.
        wanted, notices = "3.10", ("runtime-versions asks python 3.1: taken for 3.10; write it in quotes",)
        found = _VERSION.fullmatch(wanted)
    if found is None or found[2] in (None, "x"):
        return usable[-1], notices
    minor = int(found[2])
    python = min(
        reversed(usable), key=lambda one: abs(numbers(one)[1] - minor + 100 * (numbers(one)[0] - int(found[1])))
    )
    if python != f"{found[1]}.{minor}":
        notices += (f"runtime-versions asks python {wanted}; using Python {python}",)
    return python, notices
