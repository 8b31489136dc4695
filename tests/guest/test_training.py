"""The training toolkit's contract, by jobs that really run in a scikit-learn environment."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import brickline.guest

GUEST = Path(brickline.guest.__file__).parent

REPORT = (
    "import json, os, sys\n"
    "print('REPORT' + json.dumps({'arguments': sys.argv[1:], 'variables': dict(os.environ), 'folder': os.getcwd()}))\n"
)


def reported(job: Any) -> dict[str, Any]:
    """What a script of REPORT printed."""
    line = next(line for line in job.output.splitlines() if line.startswith("REPORT"))
    document: dict[str, Any] = json.loads(line[len("REPORT") :])
    return document


def archive(path: Path, members: dict[str, str], links: dict[str, str] | None = None) -> Path:
    """A sourcedir.tar.gz with these files and symbolic links."""
    with tarfile.open(path, "w:gz") as tar:
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, text in members.items():
            file = tarfile.TarInfo(name)
            file.size = len(text.encode())
            tar.addfile(file, io.BytesIO(text.encode()))
    return path


def script_mode(job: Any, code: str, name: str = "train.py", **members: str) -> Any:
    """The job with `code` as its entry point, submitted as the SDK does it."""
    members = {path.replace("__", "."): text for path, text in members.items()}
    source = archive(job.folder / "sourcedir.tar.gz", {name: code, **members})
    job.variables["BRICKLINE_SOURCE_ARCHIVE"] = str(source)
    job.hyperparameters["sagemaker_program"] = json.dumps(name)
    job.hyperparameters["sagemaker_submit_directory"] = json.dumps("s3://bucket/job/source/sourcedir.tar.gz")
    return job


def wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel of one module with a VERSION and a console script of the wheel's name that prints it."""
    record = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", f"VERSION = {version!r}\ndef main():\n    print(VERSION)\n")
        archive.writestr(f"{record}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{record}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{record}/entry_points.txt", f"[console_scripts]\n{name} = {name}:main\n")
        archive.writestr(f"{record}/RECORD", "")
    return folder


def test_variables_and_arguments_are_those_of_the_toolkit(job: Any) -> None:
    """toolkit.json is what sagemaker-training 5.1.4 gave a script for the same hyperparameters and channels."""
    real = json.loads(Path(__file__).with_name("toolkit.json").read_text())
    job.hyperparameters, job.channels = real["hyperparameters"], real["channels"]
    job.write("code/train.py", REPORT)
    job.variables["SAGEMAKER_TRAINING_MODULE"] = ""
    assert job.run("train") == 0, job.output
    report = reported(job)
    assert report["arguments"] == real["arguments"]
    assert report["folder"] == str(job.ml / "code")
    ours = {name: value.replace(str(job.ml), "/opt/ml") for name, value in report["variables"].items()}
    document = json.loads(ours["SM_TRAINING_ENV"])
    assert document.pop("num_cpus") == int(ours["SM_NUM_CPUS"])
    ours["SM_TRAINING_ENV"] = json.dumps(document, sort_keys=True, separators=(",", ":"))
    real["variables"]["SM_TRAINING_ENV"] = real["variables"]["SM_TRAINING_ENV"].replace(
        '"framework_module":null', '"framework_module":""'
    )
    assert {name: ours.get(name) for name in real["variables"]} == real["variables"]


def test_a_script_of_the_source_archive_trains_and_leaves_a_model(job: Any) -> None:
    script_mode(
        job,
        "import os, helper\nopen(os.environ['SM_MODEL_DIR'] + '/model', 'w').write(helper.TEXT)\n",
        helper__py="TEXT = 'm'\n",
    )
    assert job.run() == 0, job.output
    assert (job.ml / "model" / "model").read_text() == "m"
    assert (job.ml / "output" / "success").exists()
    assert not (job.ml / "output" / "failure").exists()


def test_code_that_is_there_already_is_not_replaced(job: Any) -> None:
    script_mode(job, "raise SystemExit('from the archive')\n")
    job.write("code/train.py", "print('from the folder')\n")
    assert job.run("train") == 0
    assert "from the folder" in job.output


def test_a_shell_script_gets_its_arguments_quoted(job: Any) -> None:
    script_mode(job, '#!/bin/sh\nprintf "<%s>" "$@"\n', name="bin/train.sh")
    job.hyperparameters["message"] = json.dumps("it's; two  words")
    assert job.run("train") == 0, job.output
    assert "<--message><it's; two  words>" in job.output


def test_a_package_is_installed_and_run_as_a_module(job: Any) -> None:
    setup = "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['mine'])\n"
    script_mode(job, "import sys; print('ran', __name__, sys.argv[1:])\n", name="mine.py", setup__py=setup)
    job.variables |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1"}
    job.hyperparameters["epochs"] = "3"
    assert job.run("train") == 0, job.output
    assert "ran __main__ ['--epochs', '3']" in job.output


def test_requirements_go_into_the_jobs_layer_and_win_over_the_environment(job: Any) -> None:
    wheels = wheel(wheel(job.folder, "idna", "99.0"), "brickline_tool", "2.0")
    code = (
        "import idna, pandas, brickline_tool, subprocess\n"
        "print('versions', idna.VERSION, pandas.__version__)\n"
        "subprocess.run(['brickline_tool'], check=True)\n"
    )
    script_mode(job, code, requirements__txt="idna==99.0\nbrickline-tool\npandas\n")
    job.variables |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    assert job.run("train") == 0, job.output
    assert f"versions 99.0 {job.environment.packages['pandas']}\n" in job.output
    assert job.output.splitlines().count("2.0") == 1
    untouched = [job.environment.python, "-c", "import idna; print(idna.__version__)"]
    assert "99.0" not in subprocess.check_output(untouched, text=True)


def test_plain_pip_commands_of_a_script_work_on_the_layer(job: Any) -> None:
    wheels = wheel(job.folder, "brickline_tool", "2.0")
    job.variables |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    script = (
        "set -e; pip uninstall --yes typing; pip3 install brickline-tool; brickline_tool;"
        "python3 -m pip install brickline_tool;"
        "pip uninstall --yes brickline_tool; python -c 'import brickline_tool' || echo gone; command -v python3 train"
    )
    assert job.run("/bin/bash", "-c", script) == 0, job.output
    layer = job.folder / "layer" / "bin"
    assert job.output.splitlines()[-3:] == ["gone", str(layer / "python3"), str(layer / "train")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "raise ValueError('bad rate')\n",
            [
                "ExecuteUserScriptError:\nExitCode 1\n",
                'ErrorMessage "raise ValueError(\'bad rate\')\nValueError: bad rate"\nCommand "',
                'train.py --epochs 3"',
            ],
        ),
        (
            "import sys; print('no data found', file=sys.stderr); sys.exit(7)\n",
            ['ExitCode 7\nErrorMessage "no data found"\n'],
        ),
        (
            "import os; os.kill(os.getpid(), 9)\n",
            ['ExitCode 137\nErrorMessage ""\nExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"\n'],
        ),
        ("import os; os.kill(os.getpid(), 11)\n", ["ExitCode 139\n", "SIGSEGV (signal 11)"]),
        ("def f(:\n", ["SyntaxError: invalid syntax"]),
    ],
)
def test_a_script_that_fails_is_explained(job: Any, code: str, expected: list[str]) -> None:
    script_mode(job, code)
    job.hyperparameters["epochs"] = "3"
    assert job.run("train") == 1
    for part in expected:
        assert part in job.failure
    assert not (job.ml / "output" / "success").exists()


def test_what_the_script_wrote_as_failure_stays(job: Any) -> None:
    script_mode(
        job, "import os\nopen(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('mine')\nraise SystemExit(2)\n"
    )
    assert job.run("train") == 1
    assert job.failure == "mine"


def test_a_requirement_that_cannot_be_had_is_explained(job: Any) -> None:
    script_mode(job, "", requirements__txt="nowhere-to-be-had==1\n")
    job.variables["PIP_NO_INDEX"] = "1"
    assert job.run("train") == 1
    assert job.failure.startswith(
        'InstallRequirementsError:\nExitCode 1\nErrorMessage "ERROR: Could not find a version'
    )


@pytest.mark.parametrize(
    ("members", "links", "message"),
    [
        ({"../outside.py": "x"}, {}, "'../outside.py', which lies outside of the code folder"),
        ({"/tmp/outside.py": "x"}, {}, "'/tmp/outside.py', which lies outside of the code folder"),
        ({}, {"etc": "/etc"}, "'etc', which lies outside of the code folder"),
        ({"up/outside.py": "x"}, {"here": ".", "up": "here/.."}, "'up', which lies outside of the code folder"),
    ],
)
def test_an_archive_that_climbs_out_of_its_folder_is_refused(
    job: Any, members: dict[str, str], links: dict[str, str], message: str
) -> None:
    script_mode(job, "print('ran')\n")
    archive(job.folder / "sourcedir.tar.gz", {"train.py": "print('ran')\n", **members}, links)
    assert job.run("train") == 1
    assert job.failure.startswith("ClientError: s3://bucket/job/source/sourcedir.tar.gz holds")
    assert message in job.failure
    assert not (job.ml / "outside.py").exists()


@pytest.mark.parametrize("damage", [lambda data: b"no archive", lambda data: data[: len(data) // 2], lambda data: b""])
def test_a_corrupt_archive_is_refused(job: Any, damage: Any) -> None:
    script_mode(job, "print('ran')\n" * 1000)
    source = job.folder / "sourcedir.tar.gz"
    source.write_bytes(damage(source.read_bytes()))
    assert job.run("train") == 1
    assert "ClientError: cannot unpack s3://bucket/job/source/sourcedir.tar.gz" in job.failure


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"sagemaker_program": '"other.py"'}, "has no entry point 'other.py'; it holds train.py"),
        ({"sagemaker_program": '"../train.py"'}, "is not a plain relative path"),
        ({"sagemaker_program": '""'}, "entry point name is empty"),
        ({"sagemaker_mpi_enabled": "true"}, "sagemaker_mpi_enabled asks for MPI"),
        ({"sagemaker_torch_distributed_enabled": "true"}, "needs torchrun"),
    ],
)
def test_what_cannot_be_started_is_refused(job: Any, hyperparameters: dict[str, str], message: str) -> None:
    script_mode(job, "print('ran')\n")
    job.hyperparameters |= hyperparameters
    assert job.run("train") == 1
    assert message in job.failure


def test_output_is_live_and_a_stop_reaches_the_script(job: Any) -> None:
    code = (
        "import signal, sys, time\n"
        "def stop(*_):\n    print('stopping')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\nprint('ready')\ntime.sleep(60)\n"
    )
    script_mode(job, code)
    command = [job.environment.python, GUEST / "start.py", "train"]
    with subprocess.Popen(command, env=job.prepare(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert "stopping\n" in process.stdout.read()
    assert process.returncode == 0


def test_a_process_that_a_script_leaves_behind_does_not_hold_the_job(job: Any) -> None:
    left = "import subprocess\nprint('left', subprocess.Popen(['sleep', '600'], stdout=subprocess.DEVNULL).pid)\n"
    script_mode(job, left)
    log = job.folder / "log"
    with log.open("wb") as output:
        command = [job.environment.python, GUEST / "start.py", "train"]
        code = subprocess.call(command, env=job.prepare(), stdout=output, stderr=output, timeout=60)
    os.kill(int(log.read_text().partition("left ")[2].split()[0]), signal.SIGKILL)
    assert code == 0


def test_a_command_that_is_not_there_ends_as_in_a_shell(job: Any) -> None:
    assert job.run("no-such-command") == 127
    job.write("plain", "text")
    assert job.run(str(job.ml / "plain")) == 126


@pytest.mark.parametrize("version", ["3.8"])
def test_the_guest_runs_on_the_oldest_python(version: str, environments: Any) -> None:
    interpreter = environments.interpreters.get(version)
    if interpreter is None:
        pytest.skip(f"this machine has no Python {version}")
    modules = [path.stem for path in GUEST.glob("*.py") if path.stem != "__init__"]
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module('guest.' + name)\n"
    subprocess.run([interpreter, "-c", code, *modules], env={**os.environ, "PYTHONPATH": str(GUEST.parent)}, check=True)
