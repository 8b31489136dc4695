"""InvokeEndpoint and InvokeEndpointWithResponseStream: the operations of `sagemaker-runtime`.

They live here because they need what the endpoints' controllers have in memory; a request asks the store nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints.capture import Captures
from brickline.bricks.sagemaker.endpoints.capture_records import Exchange
from brickline.bricks.sagemaker.endpoints.measures import Measurement, Measures
from brickline.bricks.sagemaker.endpoints.model_errors import broken_off, model_error, timed_out
from brickline.bricks.sagemaker.endpoints.routing import Busy, Lane, Unroutable
from brickline.bricks.sagemaker.endpoints.served import Answering, Served
from brickline.bricks.sagemaker.endpoints.workers import Part, Worker
from brickline.bricks.sagemaker.serving.connection import Answer, BrokenOff, Unreachable

LONGEST_CALL = 60.0
"""Seconds that a container has for an answer."""
_LONGEST_WAIT = 5.0
"""Seconds that a request waits for an instance where all of them have ended and are replaced."""
_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_NOT_THERE = {
    "TargetModel": "multi-model endpoints",
    "InferenceComponentName": "inference components",
    "EnableExplanations": "explanations",
    "SessionId": "sessions",
}
_DEFAULT_TYPE = "application/octet-stream"


class Invocation:
    """One request to one endpoint: what of it goes to the model, and how long that takes."""

    def __init__(self, context: Context, endpoint: Answering, request: Shape) -> None:
        self.context = context
        self.endpoint = endpoint
        self.request = request
        self.began = time.perf_counter()
        self.time = clock.now()
        self.model_seconds = 0.0
        self.headers = _headers(request)

    def send(self, part: Part, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer of one container. Raises Unreachable; Refused where it is not 2xx or none."""
        began = time.perf_counter()
        try:
            answer = part.container.invoke(body, headers, LONGEST_CALL)
        except TimeoutError:
            raise timed_out(self.context, self.endpoint.name, part.name) from None
        except BrokenOff:
            raise broken_off(self.context, self.endpoint.name, part.name) from None
        finally:
            self.model_seconds += time.perf_counter() - began
        self.check(part, answer)
        return answer

    def check(self, part: Part, answer: Answer) -> None:
        if not 200 <= answer.status < 300:
            said = answer.body.decode("utf-8", "replace")
            raise model_error(self.context, self.endpoint.name, part.name, answer.status, said)

    def through(self, parts: Sequence[Part]) -> tuple[bytes, dict[str, str]]:
        """What comes out of containers in a row, with the headers that go with it: the next one's, too."""
        body, headers = self.request.get("Body", b""), self.headers
        for part in parts:
            answer = self.send(part, body, headers)
            body, headers = answer.body, _passed_on(headers, answer)
        return body, headers

    def parts(self, worker: Worker) -> Sequence[Part]:
        """The containers that answer: all in a row, or the one that the request names."""
        is_direct = worker.variant.model.get("InferenceExecutionConfig", {}).get("Mode") == "Direct"
        wanted = self.request.get("TargetContainerHostname")
        if is_direct != bool(wanted):
            need = "is needed: the containers are invoked directly" if is_direct else "goes with Mode Direct only"
            raise _invalid(f"TargetContainerHostname {need}")
        if not wanted:
            return worker.parts
        found = [part for part in worker.parts if part.name == wanted]
        if not found:
            names = ", ".join(part.name for part in worker.parts)
            raise _invalid(f"TargetContainerHostname: there is no container {wanted!r}; the model has {names}")
        return found


class InvokeEndpoint:
    """The operations."""

    def __init__(self, served: Served, captures: Captures, measures: Measures) -> None:
        self._served = served
        self._captures = captures
        self._measures = measures

    def invoke_endpoint(self, context: Context, request: Shape) -> Shape:
        invocation = self._begin(context, request)
        lane, instance = self._take(invocation, ())
        spurned: list[int] = []
        while True:
            try:
                return self._answer(invocation, lane, instance.worker)
            except Unreachable:
                spurned.append(instance.number)
            finally:
                invocation.endpoint.route.give_back(instance)
            lane, instance = self._take(invocation, spurned)

    def invoke_endpoint_with_response_stream(self, context: Context, request: Shape) -> Shape:
        invocation = self._begin(context, request)
        spurned: list[int] = []
        while True:
            lane, instance = self._take(invocation, spurned)
            try:
                return self._stream(invocation, lane, instance)
            except Unreachable:
                invocation.endpoint.route.give_back(instance)
                spurned.append(instance.number)
            except BaseException:
                invocation.endpoint.route.give_back(instance)
                raise

    def _begin(self, context: Context, request: Shape) -> Invocation:
        for member, what in _NOT_THERE.items():
            if member in request:
                raise _invalid(f"{member}: {what} are not there; leave it out")
        return Invocation(context, self._served.find(context, request["EndpointName"]), request)

    def _take(self, invocation: Invocation, spurned: Sequence[int]) -> tuple[Lane[Worker], Busy[Worker]]:
        route, variant = invocation.endpoint.route, invocation.request.get("TargetVariant", "")
        if variant and not route.has_variant(variant):
            raise _invalid(f"Variant {variant} not found for Endpoint {invocation.endpoint.name}.")
        try:
            return route.take(variant, _LONGEST_WAIT, spurned)
        except Unroutable as error:
            raise Refused("ServiceUnavailable", f"Endpoint {invocation.endpoint.name}: {error}.", 503) from None

    def _answer(self, invocation: Invocation, lane: Lane[Worker], worker: Worker) -> Shape:
        status = 500
        try:
            body, headers = invocation.through(invocation.parts(worker))
            status = 200
        except Refused as refused:
            status = refused.members.get("OriginalStatusCode") or 500
            raise
        finally:
            self._measure(invocation, lane, status)
        if lane.capture and lane.capture.is_sampled:
            self._capture(invocation, lane, body, headers)
        return _response(lane, headers) | {"Body": body}

    def _stream(self, invocation: Invocation, lane: Lane[Worker], instance: Busy[Worker]) -> Shape:
        """Containers in front of the last one answer as a whole, the last one in pieces."""
        *firsts, last = invocation.parts(instance.worker)
        began = time.perf_counter()
        body, headers = invocation.through(firsts)
        try:
            answer, pieces = last.container.stream(body, headers, LONGEST_CALL)
        except TimeoutError:
            raise timed_out(invocation.context, invocation.endpoint.name, last.name) from None
        except BrokenOff:
            raise broken_off(invocation.context, invocation.endpoint.name, last.name) from None
        if not 200 <= answer.status < 300:
            answer = Answer(answer.status, answer.headers, b"".join(pieces))
        invocation.check(last, answer)
        invocation.model_seconds = time.perf_counter() - began
        events = self._events(invocation, lane, instance, pieces)
        next(events)  # one that was never begun would not give its instance back when it is dropped
        return _response(lane, _passed_on(headers, answer)) | {"Body": events}

    def _events(
        self, invocation: Invocation, lane: Lane[Worker], instance: Busy[Worker], pieces: Iterator[bytes]
    ) -> Iterator[Shape]:
        """An empty event first, then those of the answer."""
        status = 200
        try:
            yield {}
            for piece in pieces:
                yield {"PayloadPart": {"Bytes": piece}}
        except TimeoutError:
            status = 500
            yield _stream_error("ModelInvocationTimeExceeded", "The model did not finish its answer in time.")
        except BrokenOff:
            status = 500
            yield _stream_error("StreamBroken", "The container ended before its answer was complete.")
        finally:
            invocation.endpoint.route.give_back(instance)
            self._measure(invocation, lane, status)

    def _measure(self, invocation: Invocation, lane: Lane[Worker], status: int) -> None:
        overhead = time.perf_counter() - invocation.began - invocation.model_seconds
        measured = Measurement(invocation.model_seconds, max(overhead, 0.0), status, len(lane.instances))
        self._measures.add(invocation.context, invocation.endpoint.name, lane.variant, measured)

    def _capture(self, invocation: Invocation, lane: Lane[Worker], body: bytes, headers: Mapping[str, str]) -> None:
        assert lane.capture is not None
        exchange = Exchange(
            content_type=invocation.headers["Content-Type"],
            body=invocation.request.get("Body", b""),
            answer_type=headers.get("Content-Type", ""),
            answer=body,
            time=invocation.time,
            inference_id=invocation.request.get("InferenceId", ""),
            custom_attributes=invocation.request.get("CustomAttributes", ""),
        )
        name = invocation.endpoint.name
        self._captures.add(invocation.context, name, lane.variant, lane.capture, exchange)


def _headers(request: Shape) -> dict[str, str]:
    """What of a request's headers is forwarded to the model."""
    headers = {"Content-Type": request.get("ContentType") or _DEFAULT_TYPE}
    for header, member in (
        ("Accept", "Accept"),
        (_CUSTOM_ATTRIBUTES, "CustomAttributes"),
        ("X-Amzn-SageMaker-Inference-Id", "InferenceId"),
    ):
        if value := request.get(member):
            headers[header] = value
    return headers


def _passed_on(headers: Mapping[str, str], answer: Answer) -> dict[str, str]:
    """A container's answer is the next one's request; its custom attributes replace those that came."""
    passed = {name: value for name, value in headers.items() if name not in ("Content-Type", _CUSTOM_ATTRIBUTES)}
    passed["Content-Type"] = answer.headers.get("content-type", _DEFAULT_TYPE)
    if attributes := answer.headers.get(_CUSTOM_ATTRIBUTES.lower()):
        passed[_CUSTOM_ATTRIBUTES] = attributes
    return passed


def _response(lane: Lane[Worker], headers: Mapping[str, str]) -> Shape:
    response = {"ContentType": headers["Content-Type"], "InvokedProductionVariant": lane.variant}
    if attributes := headers.get(_CUSTOM_ATTRIBUTES):
        response["CustomAttributes"] = attributes
    return response


def _stream_error(code: str, message: str) -> Shape:
    return {"ModelStreamError": {"Message": message, "ErrorCode": code}}


def _invalid(message: str) -> Refused:
    return Refused("ValidationError", message)
