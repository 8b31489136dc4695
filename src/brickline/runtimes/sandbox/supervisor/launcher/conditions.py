"""When a script would see that its interpreter was not started for it alone. Pure but for looks at the file system."""

from __future__ import annotations

import os
import sys

from ..command import ONCE_LOADED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_READ_AT_START = (
    "PYTHON",
    "LD_",
    "OMP_",
    "GOMP_",
    "OPENBLAS_",
    "GOTO_",
    "MKL_",
    "BLIS_",
    "KMP_",
    "NUMEXPR_",
    "MALLOC_",
    "GLIBC_",
)
"""Beginnings of variables that the interpreter or a library reads when it is loaded, and never again."""

_HANDLED = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
_AS_IT_IS = {
    "PYTHONUTF8": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONHASHSEED": "random",
    "PYTHONNOUSERSITE": "1",
    **ONCE_LOADED,
}
"""Variables with the values that change nothing here."""


def against(arguments: Sequence[str], environment: Mapping[str, str], layer: str = "") -> str:
    """Why `python ARGUMENT...` has to be started anew; "" where a fork will do. `layer` is its virtual environment."""
    return _options(arguments) or _variables(environment) or _libraries(environment) or _packages(layer)


def _options(arguments: Sequence[str]) -> str:
    rest = [word for word in arguments if word != "-u"][:1]
    if not rest:
        return "it has no script"
    if rest[0].startswith("-") and rest[0] not in ("-m", "-c"):
        return f"the interpreter's option {rest[0]} counts at its start"
    return "it runs a folder" if os.path.isdir(rest[0]) else ""


def _variables(environment: Mapping[str, str]) -> str:
    for name, value in environment.items():
        if name in _HANDLED or name == "LD_LIBRARY_PATH" or _AS_IT_IS.get(name) == value.lower():
            continue
        if name.startswith(_READ_AT_START):
            return f"the variable {name} counts at its start"
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    return "" if locale.upper().endswith(("UTF-8", "UTF8")) else f"the locale is {locale!r}, not one of UTF-8"


def _libraries(environment: Mapping[str, str]) -> str:
    for folder in filter(None, environment.get("LD_LIBRARY_PATH", "").split(":")):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any(".so" in name for name in names):
            return f"LD_LIBRARY_PATH names {folder}, which has libraries in it"
    return ""


def _packages(layer: str) -> str:
    """Packages of the job's own that stand in place of loaded ones."""
    if not layer:
        return ""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        names = os.listdir(os.path.join(layer, "lib", version, "site-packages"))
    except OSError:
        return ""
    own = {name.partition(".")[0] for name in names}
    loaded = {name for name in own if name in sys.modules}
    return f"the job has installed a {min(loaded)} of its own" if loaded else ""
