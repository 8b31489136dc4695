"""Runs invocations: takes a worker, starts it where it is new, and tells how it went."""

from __future__ import annotations

import json
import logging
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from brickline.baseplate import causes, clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.shipping import Shipment
from brickline.bricks.awslambda.execution import errors
from brickline.bricks.awslambda.execution.channel import Closed
from brickline.bricks.awslambda.execution.log_writer import LogWriter, Stream
from brickline.bricks.awslambda.execution.pool import Pool
from brickline.bricks.awslambda.execution.sandbox import Sandboxes
from brickline.bricks.awslambda.execution.transcript import Transcript
from brickline.bricks.awslambda.execution.worker import Worker
from brickline.bricks.awslambda.lookup import Target
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage
from brickline.runtimes import LaunchFailed, Runtime

log = logging.getLogger(__name__)

_INIT_SECONDS = 10.0
_MOST_ANSWERED = 6_291_556
"""Bytes of an answer: Lambda's quota of 6 MB and its overhead."""


@dataclass(frozen=True)
class Invocation:
    """One call of a function; `event` is JSON text."""

    request_id: str
    event: str
    client_context: Shape | None = None
    cause: str = ""
    """What it happens by: the function's own calls carry it on."""


@dataclass(frozen=True)
class Outcome:
    """The payload (JSON) of an answer or of an error, and the end of the log."""

    payload: bytes
    is_error: bool
    log_tail: bytes = b""


class Executor:
    """Everything that runs functions."""

    def __init__(self, baseplate: Baseplate, runtime: Runtime, sandboxes: Sandboxes) -> None:
        self._folder = baseplate.data / "lambda" / "workers"
        self._runtime = runtime
        self._sandboxes = sandboxes
        self._logs = LogWriter(baseplate)
        self.pool = Pool(self._new_worker)
        self._forget_old_workers()

    def run(self, target: Target, invocation: Invocation) -> Outcome:
        """Refused where there is no room for another invocation; every other failure is an outcome."""
        worker = self.pool.take(target)
        try:
            version = target.configuration["Version"]
            transcript = Transcript(self._logs, worker.stream, invocation.request_id, version)
            outcome = self._invoke(worker, target, invocation, transcript)
            return replace(outcome, log_tail=transcript.tail())
        finally:
            self.pool.give_back(worker)

    def flush_logs(self) -> None:
        """Returns when what functions have printed until now stands in their log streams."""
        self._logs.flush()

    def close(self) -> None:
        """No more invocations; those at work are ended."""
        self.pool.close()

    def join(self) -> None:
        """After `close`: returns when workers are gone and logs are written."""
        self.pool.join()
        self._logs.close()

    def _invoke(self, worker: Worker, target: Target, invocation: Invocation, transcript: Transcript) -> Outcome:
        failure, init_seconds = None, None
        if not worker.is_ready:
            failure = self._start(worker, target, invocation.request_id, transcript)
            init_seconds = worker.init_seconds
        transcript.start()
        began = time.monotonic()
        outcome = _failed(failure) if failure else self._call(worker, target, invocation, transcript)
        seconds = time.monotonic() - began
        size = target.configuration["MemorySize"]
        transcript.end(seconds, size, worker.memory_used, init_seconds, _status(outcome))
        return outcome

    def _start(self, worker: Worker, target: Target, request_id: str, transcript: Transcript) -> Shape | None:
        """Make a new worker ready; the error where it cannot be."""
        timeout = target.configuration["Timeout"]
        transcript.initialize(target.configuration["Runtime"])
        try:
            job = self._sandboxes.job(target, worker.folder, worker.channel_folder, worker.stream.shipment.stream)
            frame = worker.start(job, time.monotonic() + _INIT_SECONDS + timeout, transcript.feed)
        except TimeoutError:
            return errors.timed_out(request_id, _INIT_SECONDS + timeout)
        except Closed:
            return self._ended(worker, request_id, transcript)
        except (LaunchFailed, UnknownImage, EnvironmentFailed) as error:
            transcript.add(str(error))
            return errors.not_started(request_id, str(error))
        return None if worker.is_ready else {**frame["error"], "requestId": request_id}

    def _call(self, worker: Worker, target: Target, invocation: Invocation, transcript: Transcript) -> Outcome:
        timeout = target.configuration["Timeout"]
        frame: Shape = {
            "id": invocation.request_id,
            "event": invocation.event,
            "deadline_ms": int((time.time() + timeout) * 1000),
            "arn": target.arn,
            "trace_id": causes.trace(invocation.cause),
        }
        if invocation.client_context:
            frame["client_context"] = invocation.client_context
        try:
            return _answered(worker.invoke(frame, time.monotonic() + timeout, transcript.feed))
        except TimeoutError:
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            transcript.add(f"{moment}Z {invocation.request_id} Task timed out after {timeout:.2f} seconds")
            return _failed(errors.timed_out(invocation.request_id, timeout))
        except Closed:
            return _failed(self._ended(worker, invocation.request_id, transcript))

    def _ended(self, worker: Worker, request_id: str, transcript: Transcript) -> Shape:
        error = errors.ended(request_id, worker.ending(transcript.feed))
        transcript.add(error["errorMessage"])
        transcript.add(error["errorType"])
        return error

    def _new_worker(self, target: Target) -> Worker:
        configuration, function = target.configuration, target.function
        day = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y/%m/%d")
        name = secrets.token_hex(16)
        group = configuration["LoggingConfig"]["LogGroup"]
        shipment = Shipment(group, f"{day}/[{configuration['Version']}]{name}")
        return Worker(self._runtime, target, self._folder / name, Stream(function.account, function.region, shipment))

    def _forget_old_workers(self) -> None:
        """What a server that was killed has left; its workers ended with it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in self._folder.iterdir():
            self._runtime.forget(folder)


def _answered(frame: Shape) -> Outcome:
    if not frame["ok"]:
        return _failed(frame["error"])
    payload = frame["payload"].encode()
    return (
        Outcome(payload, False)
        if len(payload) <= _MOST_ANSWERED
        else _failed(errors.too_large(len(payload), _MOST_ANSWERED))
    )


def _failed(error: Shape) -> Outcome:
    return Outcome(json.dumps(error, ensure_ascii=False).encode(), True)


def _status(outcome: Outcome) -> str:
    """What a REPORT line adds for an invocation that the platform ended."""
    if not outcome.is_error:
        return ""
    kind = json.loads(outcome.payload).get("errorType", "")
    if kind == "Sandbox.Timedout":
        return "Status: timeout"
    return f"Status: error\tError Type: {kind}" if kind.startswith("Runtime.") else ""
