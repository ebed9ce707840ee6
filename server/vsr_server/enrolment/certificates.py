"""The server's own authority and the certificate it shows, so that TLS is there from the first start.

The operator hands `ca.crt` to each person on a way they trust; the private halves never leave the folder.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vsr_shared.errors import FederationError

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
AUTHORITY_LIFE: Final = timedelta(days=3650)
SERVER_LIFE: Final = timedelta(days=365)
RENEW_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True)
class CertificateFiles:
    """Where the certificates of a server lie."""

    authority: Path
    """`ca.crt`, which each person gets."""
    certificate: Path
    key: Path


def make_certificates(
    folder: Path, now: datetime, hosts: Sequence[str] = LOOPBACK, called: str = "server"
) -> CertificateFiles:
    """Make what is missing or about to expire in `folder`, for a server called by `hosts`, in files `called` so.

    `now` needs a time zone. A certificate that holds further names is left as it is. Private keys can be read by
    their owner alone. Raises FederationError where the folder cannot be written or what lies there is damaged.
    """
    files = CertificateFiles(folder / "ca.crt", folder / f"{called}.crt", folder / f"{called}.key")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority_key = folder / "ca.key"
        if not authority_key.exists() or not files.authority.exists():
            _write_authority(files.authority, authority_key, now)
            files.certificate.unlink(missing_ok=True)
        if not _still_good(files.certificate, now, hosts):
            _write_server(files, authority_key, now, hosts)
    except OSError as error:
        raise FederationError(f"cannot write certificates into {folder} ({error.strerror})") from error
    except ValueError as error:
        raise FederationError(f"the certificates in {folder} are damaged ({error}); move them away") from error
    return files


def _write_authority(certificate: Path, key_file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "VSR federation authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))


def _write_server(files: CertificateFiles, authority_key: Path, now: datetime, hosts: Sequence[str]) -> None:
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError("ca.key is not an elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "VSR server")])
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    built = (
        _builder(name, authority.subject, key.public_key(), now, SERVER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(files.key, key)
    files.certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # Clocks of people's machines differ; an hour of tolerance costs nothing.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + life)
    )


def _still_good(certificate: Path, now: datetime, hosts: Sequence[str]) -> bool:
    if not certificate.exists():
        return False
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = {_alternative(host) for host in hosts}
    return wanted <= set(names) and now + RENEW_BEFORE < found.not_valid_after_utc


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
