"""`train`: the training toolkit of the framework images.

Reads what the job is told from /opt/ml/input/config, brings the user's code to /opt/ml/code, installs what it asks for
into the job's layer, and runs it with the toolkit's variables and arguments. Ends with 0 and /opt/ml/output/success, or
with another code and the reason in /opt/ml/output/failure. An XGBoost job without code runs the built-in algorithm.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).absolute().parent.parent)
    __package__ = "guest"

from . import layer, user_code, warm
from .failures import ClientError, write_failure, write_success
from .processes import check
from .training_environment import Folders, TrainingEnvironment

_logger = logging.getLogger("sagemaker-training-toolkit")


def main() -> int:
    """Runs the job and returns its exit code."""
    python = layer.enter(os.environ)
    folders = Folders.of_this_job()
    try:
        environment = TrainingEnvironment(folders, os.environ)
        logging.basicConfig(
            level=int(environment.log_level),
            format="%(asctime)s %(name)-12s %(levelname)-8s %(message)s",
            stream=sys.stdout,
        )
        if is_built_in_algorithm(environment):
            become_built_in_algorithm(python)
        run(environment, python)
    except ClientError as error:
        return _failed(folders, str(error), 1)
    except Exception as error:
        text = f"Framework Error: \n{traceback.format_exc()}\n{error}"
        return _failed(folders, text, getattr(error, "errno", None) or 1)
    write_success(folders)
    _logger.info("Reporting training SUCCESS")
    return 0


def run(environment: TrainingEnvironment, python: str) -> None:
    """Bring the user's code and run it to its end. Raises ClientError."""
    code = environment.folders.code
    user_code.unpack(environment.code_location, os.environ.get(user_code.ARCHIVE_VARIABLE), code)
    entry_point = user_code.checked_entry_point(environment.entry_point, code)
    user_code.install(entry_point, code, python)
    export(environment)
    command = user_code.command(environment, entry_point, python)
    if len(environment.hosts) > 1:
        user_code.wait_for_hosts(environment.hosts)
    _logger.info("Invoking script with the following command:\n\n%s\n", " ".join(command))
    check("ExecuteUserScriptError", command, code)


def export(environment: TrainingEnvironment) -> None:
    """Set the toolkit's variables for the user's process."""
    os.environ.update(environment.variables())
    os.environ["CURRENT_HOST"] = environment.current_host
    os.environ["SAGEMAKER_JOB_NAME"] = environment.toolkit_job_name
    os.environ["SAGEMAKER_REGION"] = environment.region
    # The toolkit exports its whole sys.path. Of that, only the code folder is more than what the interpreter finds by
    # itself, and the rest would come before the job's layer.
    inherited = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(environment.folders.code), inherited)))


def is_built_in_algorithm(environment: TrainingEnvironment) -> bool:
    is_xgboost = (environment.framework_module or "").startswith("sagemaker_xgboost_container")
    return is_xgboost and not environment.entry_point


def become_built_in_algorithm(python: str) -> None:
    script = Path(__file__).absolute().with_name("xgboost_algorithm.py")
    warm.go_on([python, str(script)], python)
    os.execv(python, [python, str(script)])


def _failed(folders: Folders, text: str, code: int) -> int:
    _logger.error("Reporting training FAILURE")
    _logger.error("%s", text)
    write_failure(folders, text)
    return code


if __name__ == "__main__":
    sys.exit(main())
