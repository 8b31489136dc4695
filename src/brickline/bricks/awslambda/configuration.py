"""A function's configuration: from requests to the document that describes it, with Lambda's defaults and bounds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Shape
from brickline.bricks.awslambda.names import LATEST
from brickline.bricks.awslambda.packages import Package
from brickline.bricks.awslambda.refusals import invalid

_MEMBERS = (
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "Runtime",
    "Environment",
    "DeadLetterConfig",
    "KMSKeyArn",
    "VpcConfig",
    "EphemeralStorage",
    "Architectures",
)
"""Members that go from a request into the document as they are."""

_RUNTIME = re.compile(r"python3\.(\d+)")
_OLDEST_MINOR = 8
_VARIABLE = re.compile(r"[a-zA-Z]\w+")
_MOST_ENVIRONMENT = 4096
_RESERVED = frozenset(
    (
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    )
)


def new_configuration(request: Shape) -> Shape:
    """The document of a new function, without name, ARN and package. Refused where the request cannot be met."""
    if request.get("PackageType", "Zip") != "Zip":
        raise invalid("PackageType: Image is not there; functions are made of zip archives (Zip)")
    for member in ("Runtime", "Handler"):
        if not request.get(member):
            raise invalid(f"{member} is mandatory for functions created with deployment packages.")
    document: Shape = {
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "PackageType": "Zip",
        "TracingConfig": {"Mode": request.get("TracingConfig", {}).get("Mode", "PassThrough")},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "RuntimeVersionConfig": {"RuntimeVersionArn": f"arn:aws:lambda:::runtime:{request['Runtime']}"},
        "LoggingConfig": _logging(request),
        "Version": LATEST,
        "LastUpdateStatus": "Successful",
        **revised(),
    }
    return {**document, **_asked(request)}


def changed_configuration(document: Shape, request: Shape) -> Shape:
    """The document after UpdateFunctionConfiguration. Refused where the request cannot be met."""
    changed = {**document, **_asked(request), **revised()}
    if "TracingConfig" in request:
        changed["TracingConfig"] = {"Mode": request["TracingConfig"].get("Mode", "PassThrough")}
    if "LoggingConfig" in request:
        changed["LoggingConfig"] = _logging({**request, "FunctionName": document["FunctionName"]})
    return changed


def package_members(package: Package) -> Shape:
    return {"CodeSha256": package.code_sha256, "CodeSize": package.size}


def revised() -> Shape:
    """The members that each change gives anew."""
    moment = datetime.fromtimestamp(clock.now(), UTC)
    return {
        "LastModified": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000",
        "RevisionId": naming.unique_id(),
    }


def python_of(runtime: str) -> str:
    """`3.12` of `python3.12`."""
    return runtime.removeprefix("python")


def _asked(request: Shape) -> Shape:
    if "Runtime" in request:
        _check_runtime(request["Runtime"])
    if "Environment" in request:
        _check_environment(request["Environment"].get("Variables") or {})
    return {member: request[member] for member in _MEMBERS if member in request}


def _check_runtime(runtime: str) -> None:
    found = _RUNTIME.fullmatch(runtime)
    if not found or int(found[1]) < _OLDEST_MINOR:
        raise invalid(
            f"Runtime: {runtime} is not there; Python functions are run, from python3.{_OLDEST_MINOR} on "
            "(python3.8, python3.9, python3.10, python3.11, python3.12, python3.13, python3.14)"
        )


def _check_environment(variables: dict[str, str]) -> None:
    if taken := sorted(_RESERVED & variables.keys()):
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(taken)}"
        )
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise invalid(
                f"Environment: {name!r} is not a variable's name; one begins with a letter and has two at least"
            )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > _MOST_ENVIRONMENT:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit ({size} bytes)."
        )


def _logging(request: Shape) -> Shape:
    asked = request.get("LoggingConfig") or {}
    defaults = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{request['FunctionName'].split(':')[-1]}"}
    if asked.get("LogFormat") == "JSON":
        defaults |= {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    return {**defaults, **asked}
