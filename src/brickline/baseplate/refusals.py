"""How each service says that a request does not fit its model: the error code and AWS's wording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brickline.baseplate.errors import Refused

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from brickline.baseplate.validation import Failure

_CODES = {
    "cloudwatch": "InvalidParameterValue",
    "codebuild": "InvalidInputException",
    "ecr": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "sagemaker-runtime": "ValidationError",
    "secretsmanager": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
_CODES_BY_PROTOCOL = {"query": "ValidationError"}
_SHOWN = 1000
"""Characters of a value that a message repeats."""

_S3_MEMBERS = {
    "LocationConstraint": ("InvalidLocationConstraint", "The specified location-constraint is not valid"),
    "StorageClass": ("InvalidStorageClass", "The storage class you specified is not valid"),
}
MALFORMED_XML = "The XML you provided was not well-formed or did not validate against our published schema"


def refused(operation: OperationModel, failures: Sequence[Failure]) -> Refused:
    """The error for all failures of one request, under the code that the service uses for the first of them."""
    service = operation.service_model.service_name
    if service == "s3":
        return _s3_refusal(failures[0])
    if failures[0].kind == "type" and operation.service_model.resolved_protocol in ("json", "smithy-rpc-v2-cbor"):
        return Refused("SerializationException", _sentence(failures[0]))
    code = _codecommit_code(operation, failures[0]) if service == "codecommit" else _code(operation, failures[0])
    count = len(failures)
    noun = "validation error" if count == 1 else "validation errors"
    return Refused(code, f"{count} {noun} detected: {'; '.join(map(_sentence, failures))}")


def _code(operation: OperationModel, failure: Failure) -> str:
    service = operation.service_model
    if service.service_name == "lambda" and failure.kind == "enum":
        return "InvalidParameterValueException"  # as CreateFunction answers an unknown runtime
    by_protocol = _CODES_BY_PROTOCOL.get(service.resolved_protocol, "ValidationException")
    return _CODES.get(service.service_name, by_protocol)


def _codecommit_code(operation: OperationModel, failure: Failure) -> str:
    """CodeCommit has an exception per member: RepositoryNameRequiredException, InvalidRepositoryNameException."""
    member = failure.member[:1].upper() + failure.member[1:]
    wanted = f"{member}RequiredException" if failure.kind == "required" else f"Invalid{member}Exception"
    declared = {shape.name for shape in operation.error_shapes}
    return wanted if wanted in declared else "ValidationException"


def _sentence(failure: Failure) -> str:
    return f"Value {_shown(failure.value)} at '{failure.path}' failed to satisfy constraint: {failure.constraint}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    text = str(value)
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"


def _s3_refusal(failure: Failure) -> Refused:
    if failure.member in _S3_MEMBERS:
        return Refused(*_S3_MEMBERS[failure.member])
    if failure.kind == "required" and failure.location:
        return Refused("InvalidRequest", f"Missing required parameter for this request: '{failure.member}'")
    if failure.location:
        return Refused(
            "InvalidArgument",
            f"{failure.member}: {failure.constraint}, not {_shown(failure.value)}",
            ArgumentName=failure.member,
            ArgumentValue=str(failure.value)[:_SHOWN],
        )
    return Refused("MalformedXML", f"{MALFORMED_XML}: {_sentence(failure)}")
