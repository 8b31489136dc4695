"""Every object of a transform job's input, through its containers and into the output: in order, several at a time."""

from __future__ import annotations

import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.bodies import Body, FileBody
from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.jobs.downloads import opened
from brickline.bricks.sagemaker.jobs.sources import InputError, Item
from brickline.bricks.sagemaker.s3_uris import S3Location, s3_location
from brickline.bricks.sagemaker.serving.connection import Answer, BrokenOff, Unreachable
from brickline.bricks.sagemaker.transform.records import (
    Processing,
    RecordError,
    Request,
    assembled,
    filtered_input,
    packed,
    processed,
    split_lines,
)

_CHUNK = 1 << 20
_MIB = 1 << 20
_UNLIMITED = 1 << 30
"""Bytes in a request where MaxPayloadInMB is 0."""
_SHOWN = 500

Invoke = Callable[[bytes, "dict[str, str]", float], Answer]


@dataclass(frozen=True)
class Manner:
    """How a job's objects are sent."""

    headers: dict[str, str]
    most_bytes: int
    concurrency: int
    several: bool
    by_line: bool
    assembles_lines: bool
    is_gzip: bool
    timeout: float
    retries: int
    output: S3Location
    processing: Processing

    @staticmethod
    def of(document: Shape, suggested: Shape) -> Manner:
        """The request's own wishes, else those of the container (`/execution-parameters`)."""
        source, target = document["TransformInput"], document["TransformOutput"]
        client = document.get("ModelClientConfig", {})
        by_line = source.get("SplitType") == "Line"
        strategy = document.get("BatchStrategy") or {"SINGLE_RECORD": "SingleRecord"}.get(
            str(suggested.get("BatchStrategy")), "MultiRecord"
        )
        given = {"content-type": source.get("ContentType"), "accept": target.get("Accept")}
        megabytes: int = {"MaxPayloadInMB": 6, **suggested, **document}["MaxPayloadInMB"]
        return Manner(
            headers={name: value for name, value in given.items() if value},
            most_bytes=megabytes * _MIB or _UNLIMITED,
            concurrency=max(document.get("MaxConcurrentTransforms") or suggested.get("MaxConcurrentTransforms", 1), 1),
            several=strategy == "MultiRecord",
            by_line=by_line,
            assembles_lines=target.get("AssembleWith") == "Line",
            is_gzip=source.get("CompressionType") == "Gzip",
            timeout=client.get("InvocationsTimeoutInSeconds", 600),
            retries=client.get("InvocationsMaxRetries", 3),
            output=s3_location(target["S3OutputPath"]),
            processing=Processing.of(document),
        )


@dataclass
class Progress:
    """One object on its way; what has come back of it lies in `file`."""

    item: Item
    file: Path
    error: str = ""


@dataclass(frozen=True)
class Part:
    """A request of an object, the error that ends it, or (both None) its end."""

    progress: Progress
    request: Request | None = None
    error: str | None = None


class Objects:
    """Transforms objects. `tell` is told of each that fails."""

    def __init__(
        self,
        context: Context,
        manner: Manner,
        scratch: Path,
        invoke: Invoke,
        stop: threading.Event,
        tell: Callable[[str], None],
    ) -> None:
        self._context = context
        self._manner = manner
        self._scratch = scratch
        self._invoke = invoke
        self._stop = stop
        self._tell = tell

    def transform(self, items: Sequence[Item], instances: int) -> list[str]:
        """What went wrong with which objects, once all were tried or `stop` was set."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        workers = self._manner.concurrency * instances
        failures: list[str] = []
        waiting: deque[tuple[Part, Future[bytes] | None]] = deque()
        with ThreadPoolExecutor(workers, thread_name_prefix="transform") as pool:
            for part in self._parts(items):
                waiting.append((part, pool.submit(self._sent, part) if part.request else None))
                if len(waiting) > workers:
                    failures += self._take(*waiting.popleft())
                if self._stop.is_set():
                    return failures
            while waiting:
                failures += self._take(*waiting.popleft())
        return failures

    def _parts(self, items: Sequence[Item]) -> Iterator[Part]:
        for number, item in enumerate(items):
            progress = Progress(item, self._scratch / str(number))
            progress.file.write_bytes(b"")
            try:
                with opened(self._context, S3Location(item.bucket, item.key)) as body:
                    for request in self._requests(body):
                        if progress.error:
                            break
                        yield Part(progress, request)
            except (RecordError, InputError, zlib.error) as error:
                yield Part(progress, error=f"ClientError: {error}")
            yield Part(progress)

    def _requests(self, body: Body) -> Iterator[Request]:
        manner = self._manner
        pieces = _unpacked(body) if manner.is_gzip else _pieces(body)
        if manner.by_line:
            lines = split_lines(pieces, manner.most_bytes)
            yield from packed(lines, manner.most_bytes, several=manner.several, processing=manner.processing)
            return
        whole = bytearray()
        for piece in pieces:
            whole += piece
            if len(whole) > manner.most_bytes:
                raise RecordError(f"Too much data for max payload size: more than {manner.most_bytes:,} bytes")
        record = bytes(whole)
        yield Request(filtered_input(record, manner.processing), (record,))

    def _sent(self, part: Part) -> bytes:
        """In a thread of the pool: the answer to a request. Raises RecordError."""
        if part.request is None or part.progress.error or self._stop.is_set():
            return b""
        answer = self._answer(part.request)
        if not 200 <= answer.status < 300:
            said = answer.body.decode("utf-8", "replace")[:_SHOWN]
            raise RecordError(f"{answer.status}: {said}")
        result = processed(answer.body, part.request, self._manner.processing)
        return assembled(result, by_line=self._manner.assembles_lines)

    def _answer(self, request: Request) -> Answer:
        """The container's, tried again where it broke off, took too long or had an error of its own."""
        for attempt in range(self._manner.retries + 1):
            is_last = attempt == self._manner.retries
            try:
                answer = self._invoke(request.body, self._manner.headers, self._manner.timeout)
            except (Unreachable, BrokenOff, TimeoutError) as error:
                if is_last or self._stop.wait(0.1 * 2**attempt):
                    raise RecordError(str(error) or "the container did not answer in time") from None
                continue
            if answer.status < 500 or is_last:
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _take(self, part: Part, answer: Future[bytes] | None) -> list[str]:
        """What came of the oldest part; at the end of an object its output is written, or its failure given."""
        progress = part.progress
        if answer is None and part.error is None:
            return self._finished(progress)
        try:
            data = answer.result() if answer else b""
        except RecordError as error:
            data, part = b"", Part(progress, error=f"{error}")
        progress.error = progress.error or part.error or ""
        if data and not progress.error:
            with progress.file.open("ab") as file:
                file.write(data)
        return []

    def _finished(self, progress: Progress) -> list[str]:
        if self._stop.is_set():
            return []
        if progress.error:
            told = f"s3://{progress.item.bucket}/{progress.item.key}: {progress.error}"
            self._tell(told)
            return [told]
        target = self._manner.output.below(f"{progress.item.path}.out")
        body = FileBody(progress.file)
        try:
            self._context.call("s3", "PutObject", Bucket=target.bucket, Key=target.key, Body=body)
        finally:
            body.close()
        progress.file.unlink()
        return []


def _pieces(body: Body) -> Iterator[bytes]:
    while piece := body.read(_CHUNK):
        yield piece


def _unpacked(body: Body) -> Iterator[bytes]:
    """Of a gzip object, piece by piece: none is much larger than it was."""
    unpacking = zlib.decompressobj(31)
    for piece in _pieces(body):
        rest = piece
        while rest:
            yield unpacking.decompress(rest, _CHUNK)
            rest = unpacking.unconsumed_tail
            if unpacking.eof:
                rest, unpacking = unpacking.unused_data, zlib.decompressobj(31)
