"""What the commands share: the data folder, the running server, a client of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from brickline.baseplate.settings import default_data
from brickline.connection.discovery import ServerInfo, running

Command = TypeVar("Command", bound=Callable[..., Any])


def data_option(command: Command) -> Command:
    """`--data DIR`, absolute, with the default that all commands share."""
    option = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The folder that holds all state (default: $BRICKLINE_DATA or ~/.local/share/brickline).",
        callback=lambda _context, _option, value: (value or default_data()).absolute(),
    )
    return option(command)


def running_server(data: Path) -> ServerInfo:
    """The server on the data folder; the command ends with what to do where none runs."""
    info = running(data)
    if info is None:
        raise click.ClickException(f"no server runs on {data}: start one with `brickline up --detach --data {data}`")
    return info


def client(data: Path, service: str) -> Any:
    """A client of the running server, by botocore alone."""
    from botocore.config import Config
    from botocore.session import Session

    from brickline.connection.environment import default_session

    info, keys = running_server(data), default_session(data)
    return Session().create_client(
        service,
        region_name=info.region,
        endpoint_url=info.endpoint_url,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret,
        aws_session_token=keys.session_token,
        config=Config(proxies={}, retries={"total_max_attempts": 2}),
    )


def page(data: Path, path: str, **parameters: str) -> Any:
    """What one of the running server's own pages says, `/_brickline/<path>`; the command ends with its refusal."""
    from urllib.error import HTTPError
    from urllib.parse import urlencode
    from urllib.request import ProxyHandler, build_opener

    url = f"{running_server(data).endpoint_url}/_brickline/{path}?{urlencode(parameters)}"
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=60) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise click.ClickException(json.load(error)["message"]) from None


def since(seconds: float) -> str:
    """`3 d 4 h`, `5 min`, `12 s`."""
    for size, unit, smaller, smaller_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = int(seconds % size) // smaller
            return f"{int(seconds) // size} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    return f"{int(seconds)} s"
