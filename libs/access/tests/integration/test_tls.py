"""A broker reached over TLS: the login and the rights are the same, the certificate is looked at."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import SaslAuthenticationFailed
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from broker_access.connection import Kafka
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Table

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine


def self_signed(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for an address, and the same with its key, as Kafka reads it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker.test")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number())
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
    built = built.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.pem").write_bytes(certificate)
    (folder / "broker.pem").write_bytes(pem + certificate)
    return folder / "ca.pem", folder / "broker.pem"


async def test_a_client_gets_in_over_tls_and_looks_at_the_certificate(
    kafka_engine_factory: Callable[..., KafkaEngine], tmp_path: Path
) -> None:
    ca, keystore = self_signed(tmp_path, "127.0.0.1")
    protocols = "CLIENT:SASL_SSL,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
    engine = kafka_engine_factory(
        super_users={},
        settings={
            "listener.security.protocol.map": protocols,
            "listener.name.client.ssl.keystore.type": "PEM",
            "listener.name.client.ssl.keystore.location": str(keystore),
        },
    )
    table = Table.of_system()
    await Keeper(engine.administrator, Wanted.of(table, dict.fromkeys(table.users, "secret")), lambda _: None).once()
    card = Kafka(engine.bootstrap, "card", "secret", "sasl_ssl", str(ca))
    async with AIOKafkaProducer(**card.options) as producer:
        await producer.send_and_wait("card.events.v1", b"sealed on its way")
    with pytest.raises(SaslAuthenticationFailed):
        await replace(card, password="guess").log_in()
    (tmp_path / "other").mkdir()
    other, _ = self_signed(tmp_path / "other", "127.0.0.1")
    for stranger in (replace(card, ca_file=str(other)), replace(card, ca_file=None)):
        with pytest.raises(ssl.SSLCertVerificationError):
            await stranger.log_in()
