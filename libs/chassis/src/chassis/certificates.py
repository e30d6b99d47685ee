"""X.509 certificates of one installation: `python -m chassis.certificates FOLDER NAME…`.

An authority of the installation's own and a certificate for each server name, signed by it. What is there and good for
long is left alone, so that this runs at every start; the authority stays, so that whoever knows it knows its new ones.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "ca"
AUTHORITY_DAYS = 10 * 365
SERVER_DAYS = 2 * 365
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
RENEWED_DAYS = 365  # a certificate that ends sooner is made anew at the next start


def make_certificates(folder: Path, names: Sequence[str], now: datetime) -> list[str]:
    """Make what is missing or ends soon; the names of what was made. `ca.pem`, `NAME.pem`, `NAME.key` in the folder.

    Keys are readable by this process's user alone; certificates by everyone.
    """
    made = []
    if not _lasts(folder, AUTHORITY, now, AUTHORITY_DAYS // 2):
        _make_authority(folder, now)
        made.append(AUTHORITY)
    for name in names:
        if AUTHORITY in made or not _lasts(folder, name, now, RENEWED_DAYS):
            _make_server(folder, name, now)
            made.append(name)
    return made


def _make_authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("Unified Card installation")
    may = dict.fromkeys(_USES, False) | {"key_cert_sign": True, "crl_sign": True}
    builder = (
        _builder(subject, subject, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**may), critical=True)
    )
    _keep(folder, AUTHORITY, key, builder.sign(key, SHA256()))


def _make_server(folder: Path, name: str, now: datetime) -> None:
    authority = x509.load_pem_x509_certificate((folder / f"{AUTHORITY}.pem").read_bytes())
    signing = load_pem_private_key((folder / f"{AUTHORITY}.key").read_bytes(), None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{folder / AUTHORITY}.key is no key of this installation's authority")
    key = ec.generate_private_key(ec.SECP256R1())
    may = dict.fromkeys(_USES, False) | {"digital_signature": True}
    builder = (
        _builder(_name(name), authority.subject, key, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**may), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    _keep(folder, name, key, builder.sign(signing, SHA256()))


def _lasts(folder: Path, name: str, now: datetime, days: int) -> bool:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    if not certificate.exists() or not key.exists():
        return False
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc > now + timedelta(days=days)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _keep(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(folder / f"{name}.key", private, 0o600)
    _write(folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)


def main() -> None:
    """Make the certificates of the named servers."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m chassis.certificates FOLDER NAME…")
    made = make_certificates(Path(sys.argv[1]), sys.argv[2:], datetime.now(UTC))
    sys.stdout.write(f"certificates made: {', '.join(made) or 'none'}\n")


if __name__ == "__main__":
    main()
