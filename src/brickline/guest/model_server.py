"""The web server of a model: gunicorn on a Unix socket, with `GET /ping` and `POST /invocations`.

The model is loaded once, before gunicorn forks its workers, which share its memory. That cannot be where loading leaves
threads behind (OpenMP's, the model's own): a fork has none of them, and would wait for them for ever. Then this process
starts itself anew, and every worker loads the model for itself.

Workers are of the kind `sync`: a request at a time for each, and a connection for each request (between processes of
one machine that costs some 50 microseconds). All wait at one socket, so no request waits behind another while a worker
is idle; the arbiter ends and replaces a worker whose request takes longer than the timeout, or that crashes.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .failures import ClientError
from .inference import Inference, Reply, Request
from .libraries import library

EACH_VARIABLE = "BRICKLINE_SERVE_LOAD_EACH"
"""Set where every worker has to load the model for itself."""

_HARMLESS_THREADS = ("jemalloc_bg_thd",)
"""Returns memory to the system for pyarrow (and so for pandas); nothing waits for it."""
_HEARTBEAT = 1.0
_GRACE = 30
_MAX_PAYLOAD_MB = 6


@dataclass(frozen=True)
class ServerSettings:
    """How the server is run."""

    socket: Path
    workers: int
    timeout: int
    default_accept: str
    default_content_type: str


class Application:
    """The WSGI application. It has its model once `load` was called."""

    def __init__(self, inference: Inference, settings: ServerSettings) -> None:
        self._inference = inference
        self._settings = settings
        self._model: Any = None

    def load(self) -> None:
        self._model = self._inference.load()

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
    ) -> Iterable[bytes]:
        reply = self._answer(environ)
        headers = [("Content-Type", reply.content_type), *((name, value) for name, value in reply.headers.items())]
        if isinstance(reply.body, bytes):
            headers.append(("Content-Length", str(len(reply.body))))
        start_response(f"{reply.status} {_phrase(reply.status)}", headers)
        return [reply.body] if isinstance(reply.body, bytes) else reply.body

    def _answer(self, environ: Mapping[str, Any]) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == "/ping" and method == "GET":
            return Reply(b"")
        if path == "/invocations" and method == "POST":
            return _first_piece_sent(self._inference.answer(self._model, self._request(environ)))
        if path == "/execution-parameters" and method == "GET" and self._inference.has_execution_parameters:
            return Reply(json.dumps(self._execution_parameters()).encode(), "application/json")
        status = 405 if path in ("/ping", "/invocations") else 404
        return Reply(_phrase(status).encode(), status=status)

    def _request(self, environ: Mapping[str, Any]) -> Request:
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        accept = headers.get("accept", "")
        return Request(
            body=environ["wsgi.input"].read(),
            content_type=environ.get("CONTENT_TYPE") or self._settings.default_content_type,
            accept=self._settings.default_accept if accept in ("", "*/*") else accept,
            headers={**headers, "content-type": environ.get("CONTENT_TYPE", "")},
        )

    def _execution_parameters(self) -> dict[str, Any]:
        return {
            "MaxConcurrentTransforms": self._settings.workers,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": _MAX_PAYLOAD_MB,
        }


def run(application: Application, settings: ServerSettings) -> None:
    """Load the model and serve it to the end of this process. Raises what loading raises."""
    load_each = EACH_VARIABLE in os.environ
    if not load_each:
        application.load()
        if _is_threaded():
            _start_anew()
        gc.collect()
        gc.freeze()  # the collector would write to the memory that the workers share
    _server(application, _options(settings, application if load_each else None)).run()


def _options(settings: ServerSettings, to_load: Application | None) -> dict[str, Any]:
    """Gunicorn's settings; those that a version does not have are left away."""

    def load_in_worker(_server: Any, worker: Any) -> None:
        if to_load is not None:
            with _Heartbeat(worker):
                to_load.load()

    return {
        "bind": f"unix:{settings.socket}",
        "workers": settings.workers,
        "worker_class": "sync",
        "preload_app": True,
        "timeout": settings.timeout,
        "graceful_timeout": _GRACE,
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,
        "limit_request_field_size": 0,
        "loglevel": "info",
        "proc_name": "serve",
        "control_socket_disable": True,
        "post_fork": load_in_worker,
    }


def _server(application: Application, options: Mapping[str, Any]) -> Any:
    """Gunicorn is told these by methods of a class of its own."""

    def load_config(server: Any) -> None:
        for name, value in options.items():
            if name in server.cfg.settings:
                server.cfg.set(name, value)

    def load(_server: Any) -> Application:
        return application

    try:
        base = library("gunicorn.app.base").BaseApplication
    except ImportError:
        raise ClientError("ClientError: the image's environment has no gunicorn: add it to its requirements") from None
    return type("Server", (base,), {"load_config": load_config, "load": load})()


class _Heartbeat:
    """Tells the arbiter that a worker lives while it loads, however long that takes."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._is_over.wait(_HEARTBEAT):
            self._worker.notify()


def _is_threaded() -> bool:
    """Whether a fork would lose threads. Libraries that can fork (OpenBLAS) end theirs at a fork: so there is one."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    names = [(thread / "comm").read_text().strip() for thread in Path("/proc/self/task").iterdir()]
    return len([name for name in names if name not in _HARMLESS_THREADS]) > 1


def _start_anew() -> None:
    print("The model has threads of its own: each worker loads a copy of it", flush=True)
    os.environ[EACH_VARIABLE] = "1"
    os.execv(sys.executable, [sys.executable, *sys.argv])


def _first_piece_sent(reply: Reply) -> Reply:
    """A body in pieces, begun: what fails before there is anything of it still has a status to tell it by."""
    if isinstance(reply.body, bytes):
        return reply
    first = next(reply.body, b"")
    return Reply(_chained(first, reply.body), reply.content_type, reply.status, reply.headers)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Status"
