"""Clients that ask an endpoint one prediction after the other, and count what they get."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

CLIENTS = 2


@dataclass
class Load:
    """`with Load(runtime, endpoint, body) as load: ...`; afterwards it knows how the requests went."""

    runtime: Any
    endpoint: str
    body: bytes
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._going = threading.Event()
        self._going.set()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._going.clear()
        for thread in self._threads:
            thread.join()

    def __str__(self) -> str:
        p50 = statistics.median(self.seconds) * 1e3 if self.seconds else 0.0
        told = f": {self.failures[0]}" if self.failures else ""
        return f"{len(self.seconds):,} requests, {len(self.failures)} failed{told}; {p50:.1f} ms at p50"

    def _ask(self) -> None:
        while self._going.is_set():
            started = time.monotonic()
            try:
                answer = self.runtime.invoke_endpoint(
                    EndpointName=self.endpoint, ContentType="text/csv", Accept="application/json", Body=self.body
                )
                answer["Body"].read()
            except Exception as error:  # counted, and told at the end
                self.failures.append(str(error))
            else:
                self.seconds.append(time.monotonic() - started)
