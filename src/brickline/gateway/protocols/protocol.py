"""What a wire protocol gives, and what all of them need for errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.model import OperationModel, ServiceModel, StructureShape

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse

Labels = Mapping[str, str]
"""The values of a REST path's labels, decoded."""

Parse = Callable[[HttpRequest, Labels], Shape]
Serialise = Callable[[Shape, Exchange], HttpResponse]
Convert = Callable[[Any], Any]


class WireProtocol(Protocol):
    """One of AWS's wire protocols."""

    def parser(self, operation: OperationModel) -> Parse: ...

    def serialiser(self, operation: OperationModel) -> Serialise: ...

    def error(self, service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse: ...


@dataclass(frozen=True)
class WireError:
    """A refusal as a service says it on the wire."""

    code: str
    """The code that clients compare: the error trait's where it has one (`NoSuchEntity`), else the shape's name."""
    name: str
    """The name of the error's shape."""
    status: int
    message: str
    message_member: str
    members: Mapping[str, Any]
    shape: StructureShape | None

    @property
    def fault(self) -> str:
        """Whose fault, in the words of query errors."""
        return "Sender" if self.status < 500 else "Receiver"


def wire_error(service: ServiceModel | None, refused: Refused) -> WireError:
    """A refusal with what the service's model knows about its error."""
    shape = _error_shape(service, refused.code) if service else None
    if shape is None:
        return WireError(refused.code, refused.code, refused.status, refused.message, "message", refused.members, None)
    return WireError(
        code=shape.error_code,
        name=shape.name,
        status=_modelled_status(shape) if refused.status == 400 else refused.status,
        message=refused.message,
        message_member=next((name for name in shape.members if name.lower() == "message"), "message"),
        members={name: value for name, value in refused.members.items() if name in shape.members},
        shape=shape,
    )


def _error_shape(service: ServiceModel, code: str) -> StructureShape | None:
    shapes = (shape for shape in service.error_shapes if isinstance(shape, StructureShape))
    return next((shape for shape in shapes if code in (shape.name, shape.error_code)), None)


def _modelled_status(shape: StructureShape) -> int:
    return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
