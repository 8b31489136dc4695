from __future__ import annotations

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.awslambda.names import FunctionReference, parse_function

ACCOUNT = "123456789012"
ARN = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:train"

CASES = [
    ("train", None, FunctionReference("train")),
    ("train:live", None, FunctionReference("train", "live")),
    ("train:$LATEST", None, FunctionReference("train", "$LATEST")),
    ("train", "7", FunctionReference("train", "7")),
    ("train:7", "7", FunctionReference("train", "7")),
    (f"{ACCOUNT}:function:train", None, FunctionReference("train", None, "", ACCOUNT)),
    (f"{ACCOUNT}:train", None, FunctionReference("train", None, "", ACCOUNT)),
    ("function:train:2", None, FunctionReference("train", "2")),
    (ARN, None, FunctionReference("train", None, "eu-west-1", ACCOUNT)),
    (f"{ARN}:live", None, FunctionReference("train", "live", "eu-west-1", ACCOUNT)),
]


@pytest.mark.parametrize(("text", "qualifier", "expected"), CASES)
def test_every_form_of_name_is_read(text: str, qualifier: str | None, expected: FunctionReference) -> None:
    assert parse_function(text, qualifier) == expected


@pytest.mark.parametrize(("text", "qualifier"), [("a b", None), ("arn:aws:s3:::bucket", None), ("train:1", "2")])
def test_a_name_that_is_none_is_refused(text: str, qualifier: str | None) -> None:
    with pytest.raises(Refused) as refused:
        parse_function(text, qualifier)
    assert refused.value.code == "InvalidParameterValueException"
