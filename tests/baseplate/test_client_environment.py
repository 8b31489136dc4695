from __future__ import annotations

import pytest

from brickline.baseplate.client_environment import upstream_proxy

_OURS = {"HTTPS_PROXY": "http://127.0.0.1:4598", "BRICKLINE_DATA": "/d", "AWS_CA_BUNDLE": "/d/ca-bundle.pem"}


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://company:3128"}, "http://company:3128"),
        ({"https_proxy": "http://company:3128"}, "http://company:3128"),
        ({"HTTPS_PROXY": "http://127.0.0.1:3128", "BRICKLINE_DATA": "/d"}, "http://127.0.0.1:3128"),
        (_OURS, ""),
        ({**_OURS, "BRICKLINE_UPSTREAM_PROXY": "http://company:3128"}, "http://company:3128"),
    ],
)
def test_a_server_never_takes_a_server_s_proxy_for_its_user_s(environment: dict[str, str], wanted: str) -> None:
    assert upstream_proxy(environment) == wanted
