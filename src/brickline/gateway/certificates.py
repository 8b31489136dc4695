"""A private certificate authority, made at the first start, by which AWS host names are answered on this machine.

The authority's key never leaves the data folder. Clients trust it through a bundle that also holds the authorities that
they trusted before, so hosts that are not AWS's verify as ever.
"""

from __future__ import annotations

import os
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import: only what makes certificates does
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

_LIFETIME = timedelta(days=730)
_LEAF_LIFETIME = timedelta(days=90)
_RENEW = timedelta(days=30)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)
_USERS_BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")


class Authority:
    """The authority in a folder: `ca.crt`, `ca.key`, and `bundle.pem` for clients."""

    def __init__(self, folder: Path) -> None:
        self.certificate_file = folder / "ca.crt"
        self.bundle = folder / "bundle.pem"
        self._key_file = folder / "ca.key"
        self._hosts = folder / "hosts"
        self._contexts: dict[str, ssl.SSLContext] = {}

    def prepare(self) -> None:
        """Make the authority where there is none or it soon ends, and write the bundle."""
        self._hosts.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._is_good():
            self._make()
        _write(self.bundle, b"\n".join([*self._trusted_before(), self.certificate_file.read_bytes()]), 0o644)

    def context(self, host: str) -> ssl.SSLContext:
        """A TLS server's context that proves to be `host`. ValueError where that is no host name."""
        host = host.lower()
        if not _HOST.fullmatch(host):
            raise ValueError(f"{host!r} is not a host name")
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._leaf(host))
            context.set_alpn_protocols(["http/1.1"])
            self._contexts[host] = context
        return self._contexts[host]

    def ends(self) -> datetime:
        """When the authority's certificate ends."""
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.certificate_file.read_bytes()).not_valid_after_utc

    def _is_good(self) -> bool:
        try:
            age = datetime.now(UTC).timestamp() - self.certificate_file.stat().st_mtime
        except FileNotFoundError:
            return False
        return self._key_file.exists() and age < (_LIFETIME - _RENEW).total_seconds()

    def _make(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Brickline local authority")
        builder = _certificate(name, name, key.public_key(), _LIFETIME)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_key_usage(), critical=True)
        for left in self._hosts.iterdir():
            left.unlink()
        _write(self._key_file, _pem(key), 0o600)
        _write(self.certificate_file, _signed(builder, key), 0o644)

    def _leaf(self, host: str) -> Path:
        file = self._hosts / f"{host}.pem"
        if not file.exists() or datetime.now(UTC).timestamp() - file.stat().st_mtime > 60 * 86400:
            self._make_leaf(host, file)
        return file

    def _make_leaf(self, host: str, file: Path) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        authority = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        authority_key = load_pem_private_key(self._key_file.read_bytes(), password=None)
        assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _certificate(_name(host[:64]), authority.subject, key.public_key(), _LEAF_LIFETIME)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        _write(file, _pem(key) + _signed(builder, authority_key), 0o600)

    def _trusted_before(self) -> list[bytes]:
        places = [os.environ.get(name, "") for name in _USERS_BUNDLES]
        own = [Path(place) for place in places if place and Path(place) != self.bundle and Path(place).is_file()]
        system = [Path(place) for place in _SYSTEM_BUNDLES if Path(place).is_file()][:1]
        return [place.read_bytes() for place in dict.fromkeys(own + (system or [_botocore_bundle()]))]


def _botocore_bundle() -> Path:
    """The authorities that botocore itself would trust."""
    import botocore

    return Path(botocore.__file__).parent / "cacert.pem"


def _name(text: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    from cryptography import x509

    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + lifetime)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _key_usage() -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, data: bytes, mode: int) -> None:
    draft = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
        stream.write(data)
    draft.replace(file)
