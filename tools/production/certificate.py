"""The edge's certificate and key (X.509, PEM): whether callers will accept them and the edge can read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

CHAIN, KEY = "fullchain.pem", "privkey.pem"
EDGE_USER = 101  # the user of Envoy's image
_OTHERS_READ, _GROUP_READS, _OWNER_READS = 0o004, 0o040, 0o400


def faults(folder: Path, host: str, now: datetime) -> list[str]:
    """What stands between a folder's certificate and callers who ask for `host`, each as a sentence."""
    return list(_faults(folder, host, now))


def _faults(folder: Path, host: str, now: datetime) -> Iterator[str]:
    chain, key = folder / CHAIN, folder / KEY
    missing = [file for file in (chain, key) if not file.is_file()]
    if missing:
        yield from (f"UNICARD_EDGE_TLS: there is no {file}." for file in missing)
        return
    yield from (f"UNICARD_EDGE_TLS: user {EDGE_USER} cannot read {file}." for file in (chain, key) if not _read(file))
    try:
        own = x509.load_pem_x509_certificates(chain.read_bytes())[0]
    except ValueError:
        yield f"UNICARD_EDGE_TLS: {chain} holds no certificate in PEM."
        return
    if not _names(own, host):
        yield f"UNICARD_EDGE_TLS: the certificate of {chain} does not name {host}."
    if not own.not_valid_before_utc <= now < own.not_valid_after_utc:
        yield f"UNICARD_EDGE_TLS: the certificate of {chain} is good until {own.not_valid_after_utc:%Y-%m-%d} only."
    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        yield f"UNICARD_EDGE_TLS: {key} holds no key in PEM that needs no password."
        return
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != own.public_key().public_bytes(*form):
        yield f"UNICARD_EDGE_TLS: {key} is not the key of the certificate in {chain}."


def _read(file: Path) -> bool:
    about = file.stat()
    owns, belongs = about.st_uid == EDGE_USER, about.st_gid == EDGE_USER
    needed = _OWNER_READS if owns else _GROUP_READS if belongs else _OTHERS_READ
    return bool(about.st_mode & needed)


def _names(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    known = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    known |= {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    wild = f"*.{host.partition('.')[2]}"
    return host.lower() in known or wild.lower() in known
