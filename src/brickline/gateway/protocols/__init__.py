"""The wire protocols, driven by botocore's models: requests to shapes, shapes and refusals to responses."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from brickline.gateway.protocols.protocol import Parse, Serialise, WireProtocol

_MODULES = {
    "json": "json",
    "query": "query",
    "rest-json": "rest_json",
    "rest-xml": "rest_xml",
    "smithy-rpc-v2-cbor": "rpc_v2_cbor",
}


@cache
def wire_protocol(name: str) -> WireProtocol:
    """A protocol by the name that models give it; its module is imported when it is first spoken."""
    made: WireProtocol = import_module(f"{__name__}.{_MODULES[name]}").PROTOCOL
    return made


@cache
def parser(name: str, operation: OperationModel) -> Parse:
    """What reads the operation's requests, built once."""
    return wire_protocol(name).parser(operation)


@cache
def serialiser(name: str, operation: OperationModel) -> Serialise:
    """What writes the operation's responses, built once."""
    return wire_protocol(name).serialiser(operation)
