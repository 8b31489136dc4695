"""Data capture: what is kept of a request and its answer, and where. Pure."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from brickline.baseplate import naming
from brickline.baseplate.brick import Shape

Encoding = Literal["CSV", "JSON", "BASE64"]


@dataclass(frozen=True)
class CaptureSettings:
    """A DataCaptureConfig."""

    uri: str
    percentage: int
    has_input: bool
    has_output: bool
    csv_types: frozenset[str]
    json_types: frozenset[str]

    @staticmethod
    def of(config: Shape) -> CaptureSettings:
        modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
        types = config.get("CaptureContentTypeHeader", {})
        return CaptureSettings(
            uri=config["DestinationS3Uri"],
            percentage=config["InitialSamplingPercentage"],
            has_input=not modes.isdisjoint({"Input", "InputAndOutput"}),
            has_output=not modes.isdisjoint({"Output", "InputAndOutput"}),
            csv_types=frozenset(map(_media_type, types.get("CsvContentTypes", ("text/csv",)))),
            json_types=frozenset(map(_media_type, types.get("JsonContentTypes", ("application/json",)))),
        )

    @property
    def is_sampled(self) -> bool:
        """Whether the next request is one of those that are captured."""
        return random.random() * 100 < self.percentage  # noqa: S311

    def encoding(self, content_type: str) -> Encoding:
        media = _media_type(content_type)
        if media in self.csv_types:
            return "CSV"
        return "JSON" if media in self.json_types else "BASE64"


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    content_type: str
    body: bytes
    answer_type: str
    answer: bytes
    time: float
    inference_id: str = ""
    custom_attributes: str = ""


def record(settings: CaptureSettings, exchange: Exchange) -> bytes:
    """One line of a capture file."""
    captured: Shape = {}
    if settings.has_input:
        captured["endpointInput"] = _part(settings, "INPUT", exchange.content_type, exchange.body)
    if settings.has_output:
        captured["endpointOutput"] = _part(settings, "OUTPUT", exchange.answer_type, exchange.answer)
    metadata: Shape = {"eventId": naming.unique_id()}
    if exchange.custom_attributes:
        metadata["customAttributes"] = [exchange.custom_attributes]
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    metadata["inferenceTime"] = datetime.fromtimestamp(exchange.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def file_key(prefix: str, endpoint: str, variant: str, time: float) -> str:
    """`<prefix>/<endpoint>/<variant>/yyyy/mm/dd/hh/MM-SS-mmm-<uuid>.jsonl`, of the first request in the file."""
    moment = datetime.fromtimestamp(time, UTC)
    name = f"{moment:%M-%S}-{moment.microsecond // 1000:03d}-{naming.unique_id()}.jsonl"
    start = f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else ""
    return f"{start}{endpoint}/{variant}/{moment:%Y/%m/%d/%H}/{name}"


def _part(settings: CaptureSettings, mode: str, content_type: str, body: bytes) -> Shape:
    encoding, text = settings.encoding(content_type), ""
    try:
        text = body.decode() if encoding != "BASE64" else base64.b64encode(body).decode()
    except UnicodeDecodeError:  # it is not what its content type says
        encoding, text = "BASE64", base64.b64encode(body).decode()
    return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
