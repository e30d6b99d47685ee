"""An installation's own authority, and what it signs."""

from __future__ import annotations

import ssl
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from chassis.certificates import make_certificates

NOW = datetime.now(UTC)


def certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())


def shake_hands(folder: Path, host: str) -> None:
    """A TLS handshake with a server called `host`, looked at as strictly as Python can."""
    knowing = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    knowing.verify_flags |= ssl.VERIFY_X509_STRICT
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "postgres.pem", folder / "postgres.key")
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = knowing.wrap_bio(back, there, server_hostname=host)
    server = serving.wrap_bio(there, back, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert client.version()


def test_a_server_is_certified_by_the_authority(tmp_path: Path) -> None:
    assert make_certificates(tmp_path, ["postgres"], NOW) == ["ca", "postgres"]
    authority, server = certificate(tmp_path, "ca"), certificate(tmp_path, "postgres")
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["postgres"]
    assert not server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    for name in ("ca", "postgres"):
        assert stat.S_IMODE((tmp_path / f"{name}.key").stat().st_mode) == 0o600
    shake_hands(tmp_path, "postgres")
    with pytest.raises(ssl.SSLCertVerificationError, match="postgresql"):
        shake_hands(tmp_path, "postgresql")


def test_what_is_good_for_long_is_left_alone_and_the_authority_outlives_its_certificates(tmp_path: Path) -> None:
    make_certificates(tmp_path, ["postgres"], NOW)
    authority, first = certificate(tmp_path, "ca"), certificate(tmp_path, "postgres")
    assert make_certificates(tmp_path, ["postgres"], NOW + timedelta(days=300)) == []
    assert make_certificates(tmp_path, ["postgres"], NOW + timedelta(days=400)) == ["postgres"]
    assert certificate(tmp_path, "ca") == authority
    assert certificate(tmp_path, "postgres") != first
    certificate(tmp_path, "postgres").verify_directly_issued_by(authority)
    (tmp_path / "postgres.key").unlink()
    assert make_certificates(tmp_path, ["postgres"], NOW) == ["postgres"]
