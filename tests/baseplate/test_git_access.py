from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from brickline.baseplate.git_access import git_password


def test_gits_password_is_the_credential_helpers() -> None:
    """As awscli/customizations/codecommit.py signs."""
    request = AWSRequest(method="GIT", url="https://host/v1/repos/name")
    request.context["timestamp"] = "20260102T030405"
    signer = SigV4Auth(Credentials("ASIA", "secret", "token"), "codecommit", "us-east-1")
    text = signer.string_to_sign(request, "GIT\n/v1/repos/name\n\nhost:host\n\nhost\n")
    assert git_password("secret", "us-east-1", "host", "/v1/repos/name", 1767323045.0) == (
        f"20260102T030405Z{signer.signature(text, request)}"
    )
