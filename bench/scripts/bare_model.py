"""The model that endpoints are measured with, and how one would serve it by hand: as WSGI and as ASGI."""

from __future__ import annotations

import sys
import time
from io import BytesIO
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression

rows = np.arange(40.0).reshape(10, 4)
model = LinearRegression().fit(rows, rows.sum(axis=1))


def answer(body: bytes) -> bytes:
    """CSV rows to a prediction on each line."""
    if not body:  # asked whether the server is there
        return b""
    predictions = model.predict(np.genfromtxt(BytesIO(body), delimiter=",", ndmin=2))
    return "\n".join(map(str, predictions)).encode()


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    said = answer(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/csv"), ("Content-Length", str(len(said)))])
    return [said]


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    message = await receive()
    said = answer(message["body"])
    headers = [(b"content-type", b"text/csv"), (b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


if __name__ == "__main__":
    body = sys.stdin.buffer.read()
    for _ in range(int(sys.argv[1])):
        began = time.perf_counter()
        answer(body)
        print(time.perf_counter() - began)
