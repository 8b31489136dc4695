"""The environment variables by which unmodified clients reach this server: shells, notebooks, jobs, functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from brickline.baseplate.credentials import Credential

_HELPER = (
    """!f() { test "$1" = get && printf 'username=%s%%%s\\npassword=%s\\n' """
    """"$AWS_ACCESS_KEY_ID" "$AWS_SESSION_TOKEN" "$AWS_SECRET_ACCESS_KEY"; }; f"""
)
"""A credential helper in the shell that git brings: `aws codecommit credential-helper` knows hosts of AWS only."""

_LOOPBACK = "127.0.0.1,localhost,::1"


UPSTREAM = "BRICKLINE_UPSTREAM_PROXY"
"""Keeps the proxy that an environment asked for before it was pointed at a server."""


@dataclass(frozen=True)
class Addresses:
    """Where the server is reached: the gateway, the forward proxy, and the bundle of CAs that the proxy needs."""

    endpoint_url: str
    proxy_url: str = ""
    ca_bundle: str = ""


def client_environment(addresses: Addresses, credential: Credential, region: str) -> dict[str, str]:
    """Variables for boto3, both SageMaker SDKs, the aws CLI, git and requests.

    AWS_ENDPOINT_URL alone is not enough: the SageMaker SDK asks STS by its public host name, which the proxy answers.
    """
    return {
        "AWS_ENDPOINT_URL": addresses.endpoint_url,
        "AWS_ACCESS_KEY_ID": credential.access_key,
        "AWS_SECRET_ACCESS_KEY": credential.secret,
        "AWS_SESSION_TOKEN": credential.session_token,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        **_proxy(addresses),
        **_git(addresses),
    }


def upstream_proxy(environment: Mapping[str, str]) -> str:
    """The proxy that an environment's user wants; never a server's own, which `HTTPS_PROXY` may name by now."""
    asked = environment.get("HTTPS_PROXY") or environment.get("https_proxy") or ""
    folder = environment.get("BRICKLINE_DATA")
    is_ours = bool(folder) and environment.get("AWS_CA_BUNDLE", "").startswith(f"{folder}/")
    return environment.get(UPSTREAM, "") if is_ours else asked


def _git(addresses: Addresses) -> dict[str, str]:
    """Settings by which git shows these keys to CodeCommit's addresses, and to no other."""
    places = (addresses.endpoint_url, "https://git-codecommit.*.amazonaws.com")
    variables = {"GIT_CONFIG_COUNT": str(len(places))}
    for number, place in enumerate(places):
        variables |= {f"GIT_CONFIG_KEY_{number}": f"credential.{place}.helper", f"GIT_CONFIG_VALUE_{number}": _HELPER}
    return variables


def _proxy(addresses: Addresses) -> dict[str, str]:
    if not addresses.proxy_url:
        return {}
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), addresses.proxy_url)
    bypass = dict.fromkeys(("NO_PROXY", "no_proxy"), _LOOPBACK)
    bundles = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT")
    return {**proxy, **bypass, **dict.fromkeys(bundles, addresses.ca_bundle)}
