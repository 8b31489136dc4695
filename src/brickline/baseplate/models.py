"""botocore's service models: the authority on operations and shapes. Loaded when a service is first called, then kept.

Read straight from botocore's data folder: its loader and session would cost the server's start-up budget many times.
"""

from __future__ import annotations

import gzip
import json
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

_DATA = Path(botocore.__file__).parent / "data"
_loading = threading.RLock()
_loaded: dict[str, ServiceModel] = {}


class UnknownService(LookupError):
    """botocore has no service of this name."""


def service_model(name: str) -> ServiceModel:
    """The newest model of a service by its boto3 name. Raises UnknownService."""
    model = _loaded.get(name)
    if model is None:
        with _loading:  # the largest model takes some 60 ms: once is enough
            model = _loaded.get(name) or _loaded.setdefault(name, _load(name))
    return model


@cache
def is_service(name: str) -> bool:
    """Whether botocore knows the service; loads nothing."""
    return name.replace("-", "").isalnum() and (_DATA / name).is_dir()


def find_operation(service: str, operation: str) -> OperationModel | None:
    """The operation's model; None where the service does not have it."""
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def _load(name: str) -> ServiceModel:
    from botocore.model import ServiceModel  # takes longer than all the rest of the gateway: only when needed

    return ServiceModel(_description(name), name)


def _description(name: str) -> dict[str, Any]:
    if not is_service(name):
        raise UnknownService(name)
    newest = max(path for path in (_DATA / name).iterdir() if path.is_dir())
    packed = newest / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (newest / "service-2.json").read_bytes()
    description: dict[str, Any] = json.loads(text)
    _drop_documentation(description)
    return description


def _drop_documentation(description: dict[str, Any]) -> None:
    """Half of a model's memory is prose that nothing here reads."""
    for entry in (description, *description["operations"].values(), *description["shapes"].values()):
        entry.pop("documentation", None)
    for shape in description["shapes"].values():
        for reference in (*shape.get("members", {}).values(), *(shape.get(k, {}) for k in ("member", "key", "value"))):
            reference.pop("documentation", None)
