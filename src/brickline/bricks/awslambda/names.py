"""How requests name a function: by name, partial ARN or ARN, with or without a qualifier. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brickline.bricks.awslambda.refusals import invalid

LATEST = "$LATEST"

_FORM = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)


@dataclass(frozen=True)
class FunctionReference:
    """Region and account are empty where the request does not name them."""

    name: str
    qualifier: str | None = None
    region: str = ""
    account: str = ""


def parse_function(text: str, qualifier: str | None = None) -> FunctionReference:
    """`qualifier` is the request's own member. Refused where it and the ARN name different ones."""
    found = _FORM.fullmatch(text)
    if not found:
        raise invalid(f"FunctionName: {text} is neither a function's name nor its ARN")
    named = found["qualifier"]
    if named and qualifier and named != qualifier:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return FunctionReference(found["name"], named or qualifier, found["region"] or "", found["account"] or "")
