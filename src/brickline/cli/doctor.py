"""`brickline doctor`: has this machine what the server and its jobs need, and what would have left it?"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from brickline.baseplate.settings import BadSetting, Settings, load
from brickline.cli.common import data_option
from brickline.connection.discovery import ServerInfo, running

_LEAST_FREE = 5 * 2**30


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and what was found or would cure it."""

    what: str
    is_well: bool
    says: str


@click.command("doctor")
@data_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(data: Path, as_json: bool) -> None:
    """Check user namespaces, disk, ports, clock and versions; each failing line says the cure.

    Also lists every call to an AWS host name that was answered here instead of leaving the machine.
    """
    from brickline.gateway.egress import read

    try:
        settings = load(data, {})
    except BadSetting as error:
        raise click.ClickException(str(error)) from None
    findings = [finding for check in _CHECKS for finding in check(settings)]
    called = read(data / "egress.json")
    if as_json:
        calls = [asdict(item) for item in called]
        click.echo(json.dumps({"findings": [asdict(finding) for finding in findings], "egress": calls}))
    else:
        for finding in findings:
            mark = click.style("ok  ", fg="green") if finding.is_well else click.style("FAIL", fg="red")
            click.echo(f"{mark} {finding.what:<16} {finding.says}")
        click.echo("\nCalls to AWS host names, answered on this machine:" if called else "\nNo call asked to leave.")
        for item in called:
            click.echo(f"  {item.count:>6}  {item.host}  {item.call}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


def _sandbox(_settings: Settings) -> Iterator[Finding]:
    from brickline.runtimes.sandbox.checks import user_namespaces

    is_well, says = user_namespaces()
    yield Finding("sandbox", is_well, says)


def _versions(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_well = sys.version_info >= (3, 11)
    yield Finding("python", is_well, version if is_well else f"{version}: install Python 3.11 or newer")
    for program, cure in (("git", "install git (apt-get install git)"), ("uv", "pip install uv")):
        found = _version_of(program)
        yield Finding(program, found is not None, found or f"not found: {cure}")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(place for place in (settings.data, *settings.data.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 2**30:.1f} GiB free for {settings.data}"
    is_well = free >= _LEAST_FREE
    yield Finding("disk", is_well, says if is_well else f"{says}: make room, or choose another place with --data")


def _ports(settings: Settings) -> Iterator[Finding]:
    if running(settings.data):
        return
    for what, port in (("port", settings.port), ("proxy-port", settings.proxy_port)):
        is_free = _is_free(settings.host, port)
        says = f"{port} is free" if is_free else f"{port} is taken: another is chosen, or name one with --{what}"
        yield Finding(what, is_free, says)


def _clock(settings: Settings) -> Iterator[Finding]:
    """A clock that went back makes signatures and caches fail in odd ways."""
    newest = max((file.stat().st_mtime for file in settings.data.glob("state.db*")), default=0.0)
    ahead = newest - time.time()
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    is_well = ahead < 60
    yield Finding("clock", is_well, now if is_well else f"{now} is {ahead:.0f} s before the last change: set the clock")


def _server(settings: Settings) -> Iterator[Finding]:
    info = running(settings.data)
    if info is None:
        yield Finding("server", True, f"none runs on {settings.data} (`brickline up --detach` starts one)")
        return
    problem = _unwell(info)
    yield Finding("server", not problem, problem or f"answers at {info.endpoint_url}")


def _authority(settings: Settings) -> Iterator[Finding]:
    from brickline.gateway.certificates import Authority

    authority = Authority(settings.data / "ca")
    if not authority.certificate_file.exists():
        return
    days = (authority.ends() - datetime.now(UTC)).days
    cure = "restart the server, which renews it (brickline down; brickline up --detach)"
    yield Finding("certificates", days > 0, f"good for {days} days" if days > 0 else f"ended: {cure}")


_CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _sandbox,
    _versions,
    _disk,
    _ports,
    _clock,
    _server,
    _authority,
)


def _version_of(program: str) -> str | None:
    beside = Path(sys.executable).parent / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        return None
    return subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _unwell(info: ServerInfo) -> str:
    """Why the server does not answer, or nothing."""
    import urllib.request

    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"{info.endpoint_url}/_brickline/health", timeout=5).read()
    except OSError as error:
        return f"does not answer at {info.endpoint_url} ({error}): brickline down, then brickline up --detach"
    return ""
