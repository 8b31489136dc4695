"""Containers that are really started: what their model server answers, and how it fails."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.bricks.sagemaker.serving.conftest import ECHO, PATIENCE, PYTORCH, SKLEARN, XGBOOST, Served, ask, tar_gz

from brickline.bricks.sagemaker.serving.connection import BrokenOff, Container, Unreachable
from brickline.bricks.sagemaker.serving.containers import NotStarted
from brickline.images.environments import Environments

PIDS = """
import os, time
def model_fn(folder): return os.getpid()
def input_fn(data, content_type): return data
def predict_fn(data, model): time.sleep(float(data)); return [model, os.getpid()]
"""

MISBEHAVES = """
import os, sys, time
def model_fn(folder): return None
def transform_fn(model, data, content_type, accept):
    if data == "raise": raise ValueError("no such flight")
    if data == "exit": sys.exit(3)
    if data == "die": os._exit(1)
    if data == "hang": time.sleep(60)
    if data == "wrong": return {"not": "a body"}
    if data == "stream": return iter(["a", b"b"]), "text/plain"
    return str((data, content_type, accept)), "text/plain"
"""


def test_a_script_answers_in_the_content_type_that_is_accepted(served: Served) -> None:
    container = served.serve()
    answer = ask(container, "[[1, 2], [3, 4]]")
    assert (answer.status, answer.body) == (200, b"[[1, 2], [3, 4]]")
    assert answer.headers["content-type"] == "application/json"
    assert ask(container, "[[1, 2]]", accept="image/png, text/csv").body == b"1,2\n"
    assert (
        ask(container, "1,2\n3,4", "text/csv; charset=utf-8", "application/jsonlines").body
        == b"[1.0, 2.0]\n[3.0, 4.0]\n"
    )
    assert ask(container, "{", "application/json").status == 500
    assert ask(container, "x", "image/png").status == 415
    refused = ask(container, "[1]", accept="image/png")
    assert refused.status == 406
    assert b"image/png is not supported" in refused.body
    assert container.execution_parameters()["MaxConcurrentTransforms"] == 1


def test_a_handler_that_fails_is_told_and_the_next_request_answered(served: Served) -> None:
    container = served.serve(MISBEHAVES, variables={"SAGEMAKER_MODEL_SERVER_TIMEOUT": "1"})
    raised = ask(container, "raise")
    assert raised.status == 500
    assert raised.body.startswith(b"no such flight\nTraceback")
    assert "ValueError: no such flight" in served.output()
    assert b"returned dict" in ask(container, "wrong").body
    assert ask(container, "exit").status == 500
    with pytest.raises(BrokenOff):
        ask(container, "die")
    assert ask(container, "hang").status == 500
    assert ask(container, "x", "text/csv", "a/b").body == b"('x', 'text/csv', 'a/b')"


def test_an_iterator_is_answered_in_pieces(served: Served) -> None:
    container = served.serve(MISBEHAVES)
    answer, pieces = container.stream(b"stream", {}, PATIENCE)
    assert (answer.status, b"".join(pieces)) == (200, b"ab")


def test_time_that_is_over_is_told(served: Served) -> None:
    container = served.serve(PIDS)
    with pytest.raises(TimeoutError):
        container.invoke(b"30", {"content-type": "text/csv"}, 0.2)


def test_workers_share_a_model_and_are_replaced(served: Served) -> None:
    container = served.serve(PIDS, variables={"SAGEMAKER_MODEL_SERVER_WORKERS": "2"})
    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(lambda _: ask(container, "0.2", "text/csv").body.decode(), range(2))]
    (loaded, one), (also, another) = (answer.strip("[]").split(", ") for answer in answers)
    assert loaded == also != one != another


def test_a_model_with_threads_is_loaded_by_each_worker(served: Served) -> None:
    threads = "import threading; threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    script = PIDS.replace("return os.getpid()", f"{threads}; return os.getpid()", 1)
    container = served.serve(script)
    loaded, answered = ask(container, "0", "text/csv").body.decode().strip("[]").split(", ")
    assert loaded == answered
    assert "each worker loads a copy" in served.output()


def test_scikit_learn_predicts_by_default(served: Served) -> None:
    script = """
import os, numpy
from sklearn.tree import DecisionTreeRegressor
from helper import SHIFT
def model_fn(folder):
    return DecisionTreeRegressor().fit(numpy.array([[0.0], [5.0]]), [SHIFT, 3 + SHIFT])
"""
    container = served.serve(script, image=SKLEARN, files={"code/helper.py": "SHIFT = 2"})
    assert ask(container, "[[3]]").body == b"[5.0]"
    assert ask(container, "3\n", "text/csv", "text/csv").body == b"5.0\n"


def test_the_built_in_xgboost_answers_scores(served: Served, environments: Environments) -> None:
    train = """
import sys, numpy, xgboost
booster = xgboost.train({}, xgboost.DMatrix(numpy.eye(4), [1, 2, 3, 4]), 3)
sys.stdout.buffer.write(booster.save_raw("ubj"))
"""
    model = subprocess.check_output([environments.ensure(XGBOOST, print).python, "-c", train])
    container = served.start(served.order({"xgboost-model": model}, image=XGBOOST))
    served.wait(container.is_healthy)
    scores = ask(container, "1,0,0,0\n0,1,0,0", "text/csv")
    assert scores.headers["content-type"] == "text/csv"
    assert "each worker loads" not in served.output()
    assert [round(float(score)) for score in scores.body.split(b",")] == [2, 2]
    assert ask(container, "0:1\n", "text/libsvm", "application/json").body.startswith(b'{"predictions": [{"score": ')
    assert ask(container, "").status == 204
    assert ask(container, "x", "image/png").status == 415
    assert ask(container, "a,b", "text/csv").status == 400
    assert ask(container, "1,2,3,4,5,6", "text/csv").status == 400


def test_xgboost_predicts_by_default_from_csv_and_libsvm(served: Served) -> None:
    script = """
import numpy, xgboost
def model_fn(folder): return xgboost.train({"nthread": 1}, xgboost.DMatrix(numpy.eye(4), [1, 2, 3, 4], nthread=1), 3)
"""
    container = served.serve(script, image=XGBOOST)
    as_csv = ask(container, "1,0,0,0\n0,1,0,0", "text/csv", "application/json")
    as_libsvm = ask(container, "0:1\n1:1 3:0\n", "text/libsvm", "application/json")
    assert as_csv.status == as_libsvm.status == 200
    assert [round(float(score)) for score in json.loads(as_csv.body)] == [2, 2]


def test_pytorch_serves_a_torchscript_file_without_any_code(served: Served, environments: Environments) -> None:
    trace = """
import io, sys, torch
layer = torch.nn.Linear(2, 1, bias=False)
layer.weight.data[:] = torch.tensor([[1.0, 2.0]])
buffer = io.BytesIO()
torch.jit.save(torch.jit.trace(layer, torch.zeros(1, 2)), buffer)
sys.stdout.buffer.write(buffer.getvalue())
"""
    model = subprocess.check_output([environments.ensure(PYTORCH, print).python, "-c", trace])
    container = served.start(served.order({"model.pt": model}, image=PYTORCH))
    served.wait(container.is_healthy)
    assert ask(container, "[[1, 1], [0, 1]]").body == b"[[3.0], [2.0]]"


@pytest.mark.parametrize(
    ("files", "variables", "said"),
    [
        ({"code/inference.py": "import nothing_like_it"}, {}, "ModuleNotFoundError: No module named 'nothing_like_it'"),
        ({"code/inference.py": "def model_fn(folder): 1 / 0"}, {}, "ZeroDivisionError"),
        ({"code/inference.py": "def input_fn(a): pass\ndef model_fn(f): pass"}, {}, "input_fn definition error"),
        ({"code/inference.py": "def input_fn(a, b): pass\ndef transform_fn(a, b, c, d): pass"}, {}, "in conjunction"),
        ({"model": ""}, {}, "Please provide a model_fn"),
        ({"code/a.py": ""}, {"SAGEMAKER_PROGRAM": "b.py"}, "holds a.py"),
        ({"code/inference.py": ""}, {"SAGEMAKER_MODEL_SERVER_WORKERS": "many"}, "'many'"),
        ({"code/inference.py": "", "code/requirements.txt": "no-such-package"}, {}, "InstallRequirementsError"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_loaded_says_why(
    served: Served, files: dict[str, str], variables: dict[str, str], said: str
) -> None:
    order = served.order(files, variables=variables)
    assert said in served.failed(order)
    assert served.state(order).exit_code != 0


def test_requirements_are_installed_for_the_container(served: Served) -> None:
    script = "import own\ndef model_fn(folder): return own.VALUE\ndef predict_fn(data, model): return model"
    files = {"code/requirements.txt": "./own-1.0-py3-none-any.whl\n", "code/own-1.0-py3-none-any.whl": wheel("own")}
    container = served.serve(script, files=files)
    assert ask(container, "1").body == b"7"


def wheel(name: str) -> bytes:
    """Of one module that has a VALUE."""
    buffer, record = io.BytesIO(), f"{name}-1.0.dist-info"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}.py", "VALUE = 7\n")
        archive.writestr(f"{record}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{record}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{record}/RECORD", "")
    return buffer.getvalue()


def test_code_may_come_from_an_archive_of_its_own(served: Served) -> None:
    uri = served.put("code/sourcedir.tar.gz", tar_gz({"entry.py": ECHO}))
    order = served.order({"m": ""}, variables={"SAGEMAKER_SUBMIT_DIRECTORY": uri, "SAGEMAKER_PROGRAM": "entry.py"})
    container = served.start(order)
    served.wait(container.is_healthy)
    assert ask(container, "[1]").body == b"[1]"


def climbing(name: str, **members: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        for key, value in members.items():
            setattr(member, key, value)
        archive.addfile(member, io.BytesIO(b"x" * member.size))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        climbing("../../climbed"),
        climbing("a/../../climbed"),
        climbing("link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        climbing("link", type=tarfile.SYMTYPE, linkname="../../outside"),
        climbing("device", type=tarfile.CHRTYPE),
        b"no archive at all",
        b"",
        climbing("whole", size=4096)[:-20],
    ],
)
def test_an_archive_that_is_not_good_is_refused(served: Served, archive: bytes) -> None:
    order = served.order({})
    served.put("model-0/model.tar.gz", archive)
    with pytest.raises(NotStarted, match="Failed to extract model data archive"):
        served.start(order)
    assert served.state(order).phase == "absent"
    assert not [*served.baseplate.data.rglob("climbed")]


def test_model_data_that_is_not_there_is_told(served: Served) -> None:
    order = served.order({})
    missing = {**order.definition, "ModelDataUrl": "s3://models/nothing.tar.gz"}
    with pytest.raises(NotStarted, match=r"nothing\.tar\.gz"):
        served.start(replace(order, definition=missing))


def test_files_may_lie_on_s3_as_they_are(served: Served) -> None:
    script = "def model_fn(folder): return open(folder + '/sub/value').read()\ndef predict_fn(d, m): return m"
    served.put("tree/code/inference.py", script.encode())
    served.put("tree/sub/value", b"7")
    order = served.order({})
    source = {"S3DataSource": {"S3Uri": "s3://models/tree/", "S3DataType": "S3Prefix", "CompressionType": "None"}}
    definition = {"Image": order.definition["Image"], "ModelDataSource": source}
    container = served.start(replace(order, definition=definition))
    served.wait(container.is_healthy)
    assert ask(container, "[]").body == b'"7"'


def test_a_container_without_network_is_reached(served: Served) -> None:
    order = served.order({"code/inference.py": ECHO})
    container = served.start(replace(order, model={**order.model, "EnableNetworkIsolation": True}))
    served.wait(container.is_healthy)
    assert ask(container, "[1]").body == b"[1]"


def test_a_container_of_many_models_is_refused(served: Served) -> None:
    order = served.order({})
    with pytest.raises(NotStarted, match="MultiModel"):
        served.start(replace(order, definition={**order.definition, "Mode": "MultiModel"}))


def test_outputs_that_the_built_in_algorithm_does_not_give_are_refused(served: Served) -> None:
    order = served.order({"xgboost-model": ""}, image=XGBOOST, variables={"SAGEMAKER_INFERENCE_OUTPUT": "labels"})
    assert "asks for labels, which is not there" in served.failed(order)


def test_the_model_cannot_be_written_to(served: Served) -> None:
    script = "def model_fn(folder): open(folder + '/mine', 'w')"
    assert "Read-only file system" in served.failed(served.order({"code/inference.py": script}))


def test_what_a_container_puts_in_place_of_its_socket_is_not_followed(served: Served) -> None:
    order = served.order({})
    container = served.containers.container(order)
    assert not container.is_healthy()
    channel = order.folder / "channel"
    channel.mkdir(parents=True)
    (channel / "http").symlink_to(served.baseplate.data / "somewhere")
    with pytest.raises(Unreachable):
        ask(container, "x")


def test_a_container_outlives_the_one_who_started_it_and_ends_when_told(served: Served) -> None:
    served.serve()
    order = served.orders[0]
    again = Container(order.folder / "channel" / "http")
    assert ask(again, "[1]").body == b"[1]"
    served.start(order)  # it runs: nothing happens
    served.runtime.stop(order.folder)
    served.wait(lambda: served.state(order).phase == "ended")
    with pytest.raises(Unreachable):
        ask(again, "[1]")
