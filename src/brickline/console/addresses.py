"""Which page of the console shows a thing."""

from __future__ import annotations

import re
from urllib.parse import quote

from brickline.baseplate.naming import Arn
from brickline.console import START

_PAGES: tuple[tuple[str, str, str], ...] = (
    ("sagemaker", r"pipeline/[^/]+/execution/.+", "/executions?arn={arn}"),
    ("sagemaker", r"pipeline/([^/]+)", "/pipelines/{0}"),
    ("sagemaker", r"model-package-group/([^/]+)", "/registry/{0}"),
    ("sagemaker", r"model-package/([^/]+)/(\d+)", "/registry/{0}/{1}"),
    ("sagemaker", r"endpoint/([^/]+)", "/endpoints/{0}"),
    ("sagemaker", r"(training-job|processing-job|transform-job)/([^/]+)", "/jobs/{0}/{1}"),
    ("codepipeline", r"([^/:]+)/execution/(.+)", "/codepipelines/{0}/executions/{1}"),
    ("codepipeline", r"([^/:]+)(?:/.*)?", "/codepipelines/{0}"),
    ("codebuild", r"project/([^/]+)", "/builds/{0}"),
    ("codebuild", r"build/([^:]+):(.+)", "/builds/{0}/{1}"),
    ("codecommit", r"([^/:]+)", "/repositories/{0}"),
    ("lambda", r"function:([^:]+)(?::.+)?", "/functions/{0}"),
    ("events", r"rule/(?:([^/]+)/)?([^/]+)", "/events/rules/{0}/{1}"),
    ("scheduler", r"schedule/([^/]+)/([^/]+)", "/schedules/{0}/{1}"),
    ("s3", r"([^/]+)", "/s3/{0}"),
    ("s3", r"([^/]+)/(.+)", "/s3/{0}/{1}"),
    ("logs", r"log-group:([^:]+)(?::.*)?", "/logs?group={0}"),
)
"""Service, the resource part of its ARNs, and the page."""
_LONGEST = 13
"""Letters of a folder's name that a short URI shows."""


def of_arn(arn: str) -> str:
    """The address of the page that shows what the ARN names; that of its causes where it has no page of its own."""
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        return why(arn)
    for service, pattern, page in _PAGES:
        if parsed.service == service and (match := re.fullmatch(pattern, parsed.resource)):
            # A rule of the default bus has no bus in its ARN.
            parts = [quote(part or "default", safe="") for part in match.groups()]
            return START + page.format(*parts, arn=quote(arn, safe=""))
    return why(arn)


def of_uri(uri: str) -> str:
    """The page that shows an S3 URI: an object, what lies below a prefix, or a bucket. "" for other URIs."""
    if not uri.startswith("s3://"):
        return ""
    return f"{START}/s3/{quote(uri.removeprefix('s3://'), safe='/')}"


def short_uri(uri: str) -> str:
    """The end of an S3 URI, enough to tell it from another: `…/a95b0e6bdd4d…/weather.py`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    folder, _, name = key.rstrip("/").rpartition("/")
    above = folder.rpartition("/")[2] or bucket
    return f"…/{above if len(above) <= _LONGEST else above[: _LONGEST - 1] + '…'}/{name}" if name else uri


def why(name: str) -> str:
    """The page that tells why a thing (an ARN, an event's id) is there."""
    return f"{START}/why?name={quote(name, safe='')}"
