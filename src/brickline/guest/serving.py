"""`serve`: the inference toolkit of the framework images.

Takes the user's code from the model archive's folder `code` (or from the archive that SAGEMAKER_SUBMIT_DIRECTORY names
on S3), installs its requirements.txt into the container's layer, loads the model and serves it (`model_server.py`) at
the Unix socket that BRICKLINE_SERVE_SOCKET names. A model that cannot be loaded ends the process with its traceback.

SAGEMAKER_PROGRAM               the script; inference.py
SAGEMAKER_MODEL_SERVER_WORKERS  processes that answer; as many as there are processors
SAGEMAKER_MODEL_SERVER_TIMEOUT  seconds that an answer may take; 60
SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT  what is answered where a request accepts anything
SAGEMAKER_BATCH                 set by batch transform
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).absolute().parent.parent)
    __package__ = "guest"

from . import layer, user_code, warm
from .failures import ClientError
from .inference import Inference, ScriptInference, import_program
from .inference_defaults import defaults_of
from .model_server import Application, ServerSettings, run
from .training_environment import Folders
from .xgboost_inference import BuiltInInference

SOCKET_VARIABLE = "BRICKLINE_SERVE_SOCKET"

_INSTALLED_VARIABLE = "BRICKLINE_SERVE_INSTALLED"
_PROGRAM = "inference.py"


def main() -> int:
    """Serves; returns an exit code only where the model cannot be served."""
    python = layer.enter(os.environ)
    folders = Folders.of_this_job()
    try:
        code = code_folder(folders, os.environ)
        if (code / "requirements.txt").exists() and _INSTALLED_VARIABLE not in os.environ:
            user_code.install_requirements(code, python)
            _become_installed(python)
        run(Application(inference(folders, code, os.environ), settings(os.environ)), settings(os.environ))
    except ClientError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def code_folder(folders: Folders, variables: Mapping[str, str]) -> Path:
    """Where the user's code is. Raises ClientError where it cannot be brought."""
    location = variables.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if not location.startswith("s3://"):
        named = Path(location[len("file://") :] if location.startswith("file://") else location)
        return named if location and named.is_dir() else folders.model / "code"
    user_code.unpack(location, variables.get(user_code.ARCHIVE_VARIABLE), folders.code)
    return folders.code


def inference(folders: Folders, code: Path, variables: Mapping[str, str]) -> Inference:
    """What answers requests. Raises ClientError where the script is not there, and what importing it raises."""
    framework = variables.get("SAGEMAKER_SERVING_MODULE", "")
    named = variables.get("SAGEMAKER_PROGRAM", "")
    program = code / (named or _PROGRAM)
    if program.is_file():
        return ScriptInference(folders.model, import_program(program), defaults_of(framework))
    if named:
        there = ", ".join(sorted(one.name for one in code.iterdir())[:10]) if code.is_dir() else "nothing"
        raise ClientError(f"ClientError: SAGEMAKER_PROGRAM names {named}, and {code} holds {there}")
    if framework.startswith("sagemaker_xgboost"):
        _refuse_selected_outputs(variables)
        return BuiltInInference(folders.model, is_batch=variables.get("SAGEMAKER_BATCH", "").lower() == "true")
    return ScriptInference(folders.model, None, defaults_of(framework))


def _refuse_selected_outputs(variables: Mapping[str, str]) -> None:
    """Raises ClientError where the built-in algorithm is asked for other outputs than its score."""
    if selected := variables.get("SAGEMAKER_INFERENCE_OUTPUT"):
        raise ClientError(
            f"ClientError: SAGEMAKER_INFERENCE_OUTPUT asks for {selected}, which is not there: the model answers its "
            "score only; leave the variable away, or bring an inference.py"
        )


def settings(variables: Mapping[str, str]) -> ServerSettings:
    """Raises ClientError for a number that is none."""
    is_xgboost = variables.get("SAGEMAKER_SERVING_MODULE", "").startswith("sagemaker_xgboost")
    is_built_in = is_xgboost and not variables.get("SAGEMAKER_PROGRAM")
    return ServerSettings(
        socket=Path(variables[SOCKET_VARIABLE]),
        workers=_number(variables, "SAGEMAKER_MODEL_SERVER_WORKERS", len(os.sched_getaffinity(0))),
        timeout=_number(variables, "SAGEMAKER_MODEL_SERVER_TIMEOUT", 60),
        default_accept=variables.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")
        or ("text/csv" if is_built_in else "application/json"),
        default_content_type="text/libsvm" if is_built_in else "application/json",
    )


def _number(variables: Mapping[str, str], name: str, default: int) -> int:
    text = variables.get(name) or str(default)
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ClientError(f"ClientError: {name} is {text!r}; it has to be a whole number of at least 1")
    return number


def _become_installed(python: str) -> None:
    """Start anew, so that what was just installed counts for what is imported already."""
    os.environ[_INSTALLED_VARIABLE] = "1"
    command = [python, str(Path(__file__).absolute())]
    warm.go_on(command, python)
    os.execv(python, command)


if __name__ == "__main__":
    sys.exit(main())
