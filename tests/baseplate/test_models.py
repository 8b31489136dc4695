"""Models come from botocore's data, without its documentation, once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from brickline.baseplate.models import UnknownService, find_operation, is_service, service_model


def test_a_model_is_loaded_once() -> None:
    assert service_model("sts") is service_model("sts")


def test_documentation_is_dropped_and_shapes_stay() -> None:
    operation = find_operation("sts", "AssumeRole")
    assert operation is not None
    assert operation.documentation == ""
    assert "RoleArn" in operation.input_shape.required_members


def test_what_is_not_there_is_said() -> None:
    assert find_operation("sts", "NoSuchOperation") is None
    assert not is_service("../etc")
    with pytest.raises(UnknownService):
        service_model("nosuchservice")


def test_starting_loads_no_model() -> None:
    code = "import sys, brickline.gateway.server, brickline.baseplate.house; print('botocore.model' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
