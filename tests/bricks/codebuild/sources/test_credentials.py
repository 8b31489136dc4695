"""Source credentials and resource policies."""

from __future__ import annotations

import base64

import pytest
from tests.bricks.codebuild.conftest import Account

from brickline.baseplate.errors import Refused
from brickline.bricks.codebuild.sources.credentials import git_settings

TOKEN = {"token": "secret", "serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN"}


def test_source_credentials(account: Account) -> None:
    arn = account("ImportSourceCredentials", **TOKEN)["arn"]
    (info,) = account("ListSourceCredentials")["sourceCredentialsInfos"]
    assert (info["arn"], info["serverType"], info["authType"]) == (arn, "GITHUB", "PERSONAL_ACCESS_TOKEN")
    account("ImportSourceCredentials", **TOKEN)
    with pytest.raises(Refused, match="ResourceAlreadyExistsException"):
        account("ImportSourceCredentials", **TOKEN, shouldOverwrite=False)
    account("DeleteSourceCredentials", arn=arn)
    assert account("ListSourceCredentials") == {"sourceCredentialsInfos": []}


def test_a_token_is_sent_to_its_own_host_only(account: Account) -> None:
    account("ImportSourceCredentials", **TOKEN)
    settings = git_settings(account.context, "GITHUB", "https://github.com/owner/name.git")
    basic = base64.b64encode(b"x-access-token:secret").decode()
    assert settings == {"http.https://github.com/.extraHeader": f"Authorization: Basic {basic}"}
    assert git_settings(account.context, "GITHUB", "http://github.com/owner/name") == {}
    assert git_settings(account.context, "BITBUCKET", "https://bitbucket.org/owner/name") == {}


def test_resource_policies(account: Account) -> None:
    arn = account.project()["arn"]
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        account("GetResourcePolicy", resourceArn=arn)
    account("PutResourcePolicy", resourceArn=arn, policy='{"Statement": []}')
    account("UpdateProject", name="project", description="new")
    assert account("GetResourcePolicy", resourceArn=arn) == {"policy": '{"Statement": []}'}
    account("DeleteResourcePolicy", resourceArn=arn)
    with pytest.raises(Refused, match="InvalidInputException"):
        account("PutResourcePolicy", resourceArn=arn, policy="no JSON")
