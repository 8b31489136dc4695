"""The store in both its forms: SQLite, and a real PostgreSQL where the machine has one."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickline.baseplate.store import Store

_databases = itertools.count()


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = shutil.which("initdb") or (str(found[-1]) if found else None)
    return Path(program).parent if program else None


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own on a Unix socket; gives the URL up to the database's name."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = f"{folder}/data"
        initdb = [str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "brickline", "--no-sync"]
        subprocess.run(_as_postgres(initdb), check=True, capture_output=True, cwd=folder)
        control = [str(programs / "pg_ctl"), "-D", data, "-w", "-l", f"{folder}/log"]
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run(_as_postgres([*control, "-o", options, "start"]), check=True, capture_output=True, cwd=folder)
        try:
            yield f"postgresql+psycopg://brickline@/{{database}}?host={folder}"
        finally:
            subprocess.run(
                _as_postgres([*control, "-m", "immediate", "stop"]), check=True, capture_output=True, cwd="/"
            )


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.db'}"
    server = request.getfixturevalue("postgres")
    database = f"test{next(_databases)}"
    import psycopg

    with psycopg.connect(server.format(database="postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}".encode())
    return str(server.format(database=database))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()
