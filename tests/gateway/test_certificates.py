from __future__ import annotations

import os
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from brickline.gateway.certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path / "ca")
    authority.prepare()
    return authority


def test_a_host_s_certificate_verifies_by_the_authority(authority: Authority, tmp_path: Path) -> None:
    host = "sts.us-east-1.amazonaws.com"
    assert authority.context(host) is authority.context(host.upper())
    root = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    leaf = x509.load_pem_x509_certificate((tmp_path / "ca" / "hosts" / f"{host}.pem").read_bytes())
    leaf.verify_directly_issued_by(root)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [host]
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert PolicyBuilder().store(Store([root]))


def test_keys_are_for_their_owner_only(authority: Authority, tmp_path: Path) -> None:
    authority.context("s3.amazonaws.com")
    for name in ("ca.key", "hosts/s3.amazonaws.com.pem"):
        assert stat.S_IMODE((tmp_path / "ca" / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("host", ["../../etc/passwd", "", "a b", "-x.amazonaws.com", "x" * 300, "a/b.amazonaws.com"])
def test_what_is_no_host_name_is_refused(authority: Authority, host: str) -> None:
    with pytest.raises(ValueError, match="is not a host name"):
        authority.context(host)


def test_a_restart_keeps_the_authority_and_an_old_one_is_renewed(authority: Authority, tmp_path: Path) -> None:
    first = authority.certificate_file.read_bytes()
    Authority(tmp_path / "ca").prepare()
    assert authority.certificate_file.read_bytes() == first
    long_ago = authority.certificate_file.stat().st_mtime - 720 * 86400
    os.utime(authority.certificate_file, (long_ago, long_ago))
    Authority(tmp_path / "ca").prepare()
    assert authority.certificate_file.read_bytes() != first


def test_the_bundle_trusts_what_was_trusted_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Authority(tmp_path / "company")
    other.prepare()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.certificate_file))
    authority = Authority(tmp_path / "ca")
    authority.prepare()
    authority.prepare()
    text = authority.bundle.read_bytes()
    assert text.count(other.certificate_file.read_bytes()) == 1
    assert text.count(authority.certificate_file.read_bytes()) == 1
    assert len(ssl.create_default_context(cafile=str(authority.bundle)).get_ca_certs()) > 10
