"""TLS to PostgreSQL, asked for in the address: every way a service connects by checks the server, or does not connect.

The wheel's server speaks no TLS. What stands before it here does as a server that has it: it answers PostgreSQL's
request for TLS, ends TLS with a certificate of its own, and hands on what it hears.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from chassis.db import create_engine, create_pool
from chassis.lane_connection import LaneConnection
from chassis.migrations import run_migrations
from chassis.settings import ServiceSettings
from chassis.testing import SERVICE, MakeDatabase, as_owner

from ..probe_service import MIGRATIONS

REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"  # SSLRequest: eight bytes, code 80877103


@dataclass
class Authority:
    """A certificate authority of one test."""

    folder: Path

    def __post_init__(self) -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _name("authority")
        own = self._sign(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.file = self.folder / f"{id(self)}.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """What a server called `host` speaks TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        signed = self._sign(_name(host), key.public_key(), names)
        file = self.folder / f"{host}-{id(key)}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + signed.public_bytes(Encoding.PEM))
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file)
        return made

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(extension, critical=False)
            .sign(self._key, SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Front:
    """Stands before a server and counts who came by TLS and who without; `context` is None where it knows no TLS."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._place, self._context = (host, port), context
        self.sealed = self.plain = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readexactly(len(REQUEST))
            if first == REQUEST and self._context is not None:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._context)
                first = b""
                self.sealed += 1
            elif first == REQUEST:
                writer.write(b"N")
                first = b""
            else:
                self.plain += 1
            await self._hand_on(first, reader, writer)
        writer.close()

    async def _hand_on(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection(*self._place)
        ahead.write(first)
        await asyncio.gather(_pump(reader, ahead), _pump(behind, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while read := await reader.read(65536):
            writer.write(read)
            await writer.drain()
    writer.close()


@dataclass
class Place:
    """An address behind a front."""

    url: str
    front: Front

    def by(self, mode: str, authority: Authority) -> str:
        return f"{self.url}?sslmode={mode}&sslrootcert={authority.file}"


Stand = Callable[..., Awaitable[Place]]


@pytest.fixture
async def stand(make_database: MakeDatabase) -> AsyncIterator[Stand]:
    """Puts a front before a database."""
    opened: list[asyncio.Server] = []

    async def put(context: ssl.SSLContext | None) -> Place:
        parts = urlsplit(await make_database(MIGRATIONS))
        front = Front(str(parts.hostname), int(parts.port or 0), context)
        server = await asyncio.start_server(front.meet, "127.0.0.1", 0)
        opened.append(server)
        login = parts.netloc.rpartition("@")[0]
        here = f"{login}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return Place(urlunsplit(parts._replace(netloc=here)), front)

    yield put
    for server in opened:
        server.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def by_engine(url: str) -> None:
    engine = create_engine(ServiceSettings(database_url=url, kafka_bootstrap="unused"), "test")
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    finally:
        await engine.dispose()


async def by_pool(url: str) -> None:
    pool = await create_pool(ServiceSettings(database_url=url, kafka_bootstrap="unused"), "test")
    await pool.fetchval("SELECT 1")
    await pool.close()


async def by_lane(url: str) -> None:
    lane = LaneConnection(url, "test")
    try:
        await lane.fetch("SELECT 1")
    finally:
        await lane.aclose()


async def by_relay(url: str) -> None:
    await (await asyncpg.connect(url)).close()


async def by_migration(url: str) -> None:
    await asyncio.to_thread(run_migrations, as_owner(url), MIGRATIONS, role=SERVICE)


WAYS = pytest.mark.parametrize("way", [by_engine, by_pool, by_lane, by_relay, by_migration])


@WAYS
async def test_the_server_is_checked_and_spoken_to_by_tls_only(
    stand: Stand, authority: Authority, way: Callable[[str], Awaitable[None]]
) -> None:
    place = await stand(authority.context("127.0.0.1"))
    await way(place.by("verify-full", authority))
    assert place.front.sealed >= 1
    assert place.front.plain == 0


@WAYS
@pytest.mark.parametrize("wrong", ["another authority", "another host", "no tls"])
async def test_a_server_that_is_not_the_right_one_is_not_spoken_to(
    stand: Stand, authority: Authority, tmp_path: Path, way: Callable[[str], Awaitable[None]], wrong: str
) -> None:
    contexts = {
        "another authority": Authority(tmp_path).context("127.0.0.1"),
        "another host": authority.context("127.0.0.2"),
        "no tls": None,
    }
    place = await stand(contexts[wrong])
    with pytest.raises((ssl.SSLError, ConnectionError, asyncpg.InterfaceError, OSError)):
        await way(place.by("verify-full", authority))
    assert place.front.plain == 0
