"""Objects cut into records, records packed into requests, answers put together. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.transform import json_path

Format = Literal["csv", "json", "other"]


class RecordError(Exception):
    """A record, or an answer, that cannot be worked with; its object fails."""


@dataclass(frozen=True)
class Request:
    """What one invocation is sent, and the records that it holds."""

    body: bytes
    records: tuple[bytes, ...]


@dataclass(frozen=True)
class Processing:
    """DataProcessing, with the formats of what it works on."""

    input_format: Format
    output_format: Format
    input_filter: tuple[json_path.Selector, ...] = ()
    output_filter: tuple[json_path.Selector, ...] = ()
    joins: bool = False

    @staticmethod
    def of(document: Shape) -> Processing:
        """Raises json_path.BadPath."""
        given = document.get("DataProcessing") or {}
        content_type = document["TransformInput"].get("ContentType", "")
        return Processing(
            format_of(content_type),
            format_of(document["TransformOutput"].get("Accept", content_type)),
            json_path.parse(given.get("InputFilter", "$")),
            json_path.parse(given.get("OutputFilter", "$")),
            given.get("JoinSource") == "Input",
        )

    @property
    def works_on_answers(self) -> bool:
        return self.joins or bool(self.output_filter)


def format_of(content_type: str) -> Format:
    media = content_type.split(";")[0].strip().lower()
    if media == "text/csv":
        return "csv"
    return "json" if media in ("application/json", "application/jsonlines") else "other"


def split_lines(pieces: Iterable[bytes], most_bytes: int) -> Iterator[bytes]:
    """The lines of an object that comes in pieces, without their ends; empty ones are no records.

    Raises RecordError for a line that does not end within `most_bytes`.
    """
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line for line in (one.rstrip(b"\r") for one in lines) if line)
        if len(rest) > most_bytes:
            raise RecordError(f"Too much data for max payload size: a line of more than {most_bytes:,} bytes")
    if last := rest.rstrip(b"\r"):
        yield last


def packed(records: Iterable[bytes], most_bytes: int, *, several: bool, processing: Processing) -> Iterator[Request]:
    """Records as requests: one in each, or as many as fit. Raises RecordError for one that is too large by itself."""
    sent: list[bytes] = []
    held: list[bytes] = []
    size = 0
    for record in records:
        body = filtered_input(record, processing)
        if len(body) > most_bytes:
            raise RecordError(f"Too much data for max payload size: a record of {len(body):,} bytes")
        if sent and (not several or size + len(body) + 1 > most_bytes):
            yield Request(b"\n".join(sent), tuple(held))
            sent, held, size = [], [], 0
        sent.append(body)
        held.append(record)
        size += len(body) + 1
    if sent:
        yield Request(b"\n".join(sent), tuple(held))


def filtered_input(record: bytes, processing: Processing) -> bytes:
    """What InputFilter leaves of a record. Raises RecordError."""
    if not processing.input_filter:
        return record
    value = _selected(_parsed(record, processing.input_format), processing.input_filter, "InputFilter")
    return _written(value, processing.input_format)


def processed(answer: bytes, request: Request, processing: Processing) -> bytes:
    """An answer after JoinSource and OutputFilter. Raises RecordError."""
    if not processing.works_on_answers:
        return answer
    outputs = _outputs(answer, len(request.records), processing.output_format)
    if not processing.joins:
        values = outputs
    elif len(outputs) != len(request.records):
        raise RecordError(f"{len(request.records)} records were sent, and {len(outputs)} came back: nothing to join")
    else:
        pairs = zip(request.records, outputs, strict=True)
        values = [
            _joined(_parsed(record, processing.input_format), output, processing.input_format)
            for record, output in pairs
        ]
    kept = (_selected(value, processing.output_filter, "OutputFilter") for value in values)
    return b"\n".join(_written(value, processing.output_format) for value in kept)


def assembled(answer: bytes, *, by_line: bool) -> bytes:
    """An answer as it stands in the output object."""
    return answer + b"\n" if by_line and not answer.endswith(b"\n") else answer


def _outputs(answer: bytes, count: int, output_format: Format) -> list[Any]:
    """The answer's records: its lines, or the whole where one record was sent."""
    if count == 1 and output_format == "json":
        return [_parsed(answer, output_format)]
    return [_parsed(line, output_format) for line in split_lines([answer], len(answer))]


def _joined(record: Any, output: Any, data_format: Format) -> Any:
    """Columns side by side; in JSON the answer is a member of the record."""
    if isinstance(record, list) and data_format == "csv":
        return [*record, *output]
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": output}
    return {"SageMakerInput": record, "SageMakerOutput": output}


def _selected(value: Any, selectors: tuple[json_path.Selector, ...], member: str) -> Any:
    try:
        return json_path.select(value, selectors)
    except json_path.Absent as error:
        raise RecordError(f"{member} cannot be applied: {error}") from None


def _parsed(data: bytes, data_format: Format) -> Any:
    try:
        if data_format == "csv":
            return next(csv.reader([data.decode()]), [])
        return json.loads(data)
    except ValueError as error:
        raise RecordError(f"a record is no {data_format.upper()}: {error}") from None


def _written(value: Any, data_format: Format) -> bytes:
    if data_format != "csv":
        return json.dumps(value).encode()
    row: Sequence[Any] = value if isinstance(value, list) else [value]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(row)
    return stream.getvalue().encode()
