"""What is said of the certificate an installation for real data gives its edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from tools.production.certificate import faults

HOST = "card.example.gov.eg"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def pem(key: ec.EllipticCurvePrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def make(folder: Path, host: str = HOST, days: int = 90) -> None:
    """A certificate for a host and its key, as any user may read them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])  # which nobody looks at any more
    built = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(NOW - timedelta(days=100))
    built = built.not_valid_after(NOW + timedelta(days=days))
    if host:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    (folder / "fullchain.pem").write_bytes(built.sign(key, SHA256()).public_bytes(Encoding.PEM))
    (folder / "privkey.pem").write_bytes(pem(key, NoEncryption()))
    for file in folder.iterdir():
        file.chmod(0o644)


@pytest.mark.parametrize("host", [HOST, "*.example.gov.eg"])
def test_a_certificate_of_the_host_is_taken(tmp_path: Path, host: str) -> None:
    make(tmp_path, host)
    assert faults(tmp_path, HOST, NOW) == []


def another_key(folder: Path) -> None:
    (folder / "privkey.pem").write_bytes(pem(ec.generate_private_key(ec.SECP256R1()), NoEncryption()))


def locked_key(folder: Path) -> None:
    (folder / "privkey.pem").write_bytes(
        pem(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"a password"))
    )


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: (folder / "privkey.pem").unlink(), "there is no"),
    "unreadable": (lambda folder: (folder / "privkey.pem").chmod(0o600), "user 101 cannot read"),
    "no certificate": (lambda folder: (folder / "fullchain.pem").write_text("to come"), "holds no certificate"),
    "no key": (lambda folder: (folder / "privkey.pem").write_text("to come"), "holds no key"),
    "locked": (locked_key, "holds no key in PEM that needs no password"),
    "another host": (lambda folder: make(folder, "sms.example.gov.eg"), f"does not name {HOST}"),
    "a host below": (lambda folder: make(folder, "*.card.example.gov.eg"), f"does not name {HOST}"),
    "no host": (lambda folder: make(folder, ""), f"does not name {HOST}"),
    "over": (lambda folder: make(folder, days=-1), "is good until 2026-11-30 only"),
    "another key": (another_key, "is not the key of the certificate"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_one_that_callers_or_the_edge_would_refuse_is_named(tmp_path: Path, wrong: str) -> None:
    change, words = WRONG[wrong]
    make(tmp_path)
    change(tmp_path)
    found = faults(tmp_path, HOST, NOW)
    assert len(found) == 1, found
    assert words in found[0]
