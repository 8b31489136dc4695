"""What runs in the sandbox of a test's container."""

from __future__ import annotations

import os
import socketserver
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

scope: dict[str, Any] = {"answer": lambda path, headers, body: (200, {}, body)}
exec(os.environ.get("MODEL", ""), scope)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self.send_response(scope.get("PING", 200))
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, headers, answer = scope["answer"](self.path, self.headers, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in [answer] if isinstance(answer, bytes) else answer:
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def get_request(self) -> tuple[Any, Any]:
        return self.socket.accept()[0], ("", 0)


print("the container has started", flush=True)
Path(os.environ["SOCKET"]).unlink(missing_ok=True)
Server(os.environ["SOCKET"], Handler).serve_forever()
