"""Settings of a server: defaults, then `<data>/brickline.toml`, then `BRICKLINE_*` variables, then flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

PORT, PROXY_PORT = 4599, 4598


class BadSetting(Exception):
    """A setting that does not exist, or a value that is none; the message names it and where it stands."""


def default_data() -> Path:
    """`BRICKLINE_DATA`, else `~/.local/share/brickline`."""
    if named := os.environ.get("BRICKLINE_DATA"):
        return Path(named)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "brickline"


def _environments() -> Path:
    """Jobs' Python environments are the same for every data folder: they lie in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "brickline" / "environments"


@dataclass(frozen=True)
class Settings:
    """What a server is started with. Port 0 takes any free one."""

    data: Path
    host: str = "127.0.0.1"
    port: int = PORT
    proxy_port: int = PROXY_PORT
    account: str = "123456789012"
    region: str = "us-east-1"
    verify_signatures: bool = True
    fallback: str | None = None
    store_url: str | None = None
    exact_images: bool = False
    warm: bool = True
    """Fork jobs from interpreters that have their libraries loaded."""
    environments: Path = field(default_factory=_environments)


def load(data: Path, flags: Mapping[str, Any]) -> Settings:
    """The settings for a data folder; flags that are None were not given. Raises BadSetting.

    `data` comes out without symbolic links: jobs' files are followed through real folders only.
    """
    file = data / "brickline.toml"
    values: dict[str, Any] = {}
    for origin, found in ((str(file), _file(file)), ("BRICKLINE_* variables", _variables())):
        values |= {name: _value(name, value, origin) for name, value in found.items()}
    values |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**{**values, "data": data.resolve()})


def _file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file}: {error}") from None


def _variables() -> dict[str, str]:
    prefix = "BRICKLINE_"
    ignored = {"data"}
    found = {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
    return {name: value for name, value in found.items() if name not in ignored}


def _value(name: str, value: Any, origin: str) -> Any:
    kinds = {item.name: str(item.type) for item in fields(Settings) if item.name != "data"}
    if name not in kinds:
        near = get_close_matches(name, kinds, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(kinds))}"
        raise BadSetting(f"{origin}: there is no setting {name!r}{hint}")
    try:
        return _converted(kinds[name], value)
    except ValueError:
        raise BadSetting(f"{origin}: {name} = {value!r} is not a {kinds[name]}") from None


def _converted(kind: str, value: Any) -> Any:
    if kind == "bool":
        truth = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if str(value).lower() not in truth:
            raise ValueError(value)
        return truth[str(value).lower()]
    if kind == "int":
        return int(value)
    return Path(value).expanduser() if kind == "Path" else str(value)
