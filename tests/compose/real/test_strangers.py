"""Whoever comes to PostgreSQL or Kafka without TLS, without a password or to a server that is not the right one."""

from __future__ import annotations

import pytest
from tests.compose.real.conftest import Installation

pytestmark = pytest.mark.compose

# What it says of one try to connect: with the service's own address, changed as the arguments say (name=value; `host`
# and `password` stand in the address, everything else behind it).
DATABASE = """
import asyncio, os, socket, ssl, sys
from urllib.parse import parse_qsl, urlencode, urlsplit
import asyncpg
given = dict(one.split("=", 1) for one in sys.argv[1:])
parts = urlsplit(os.environ["UNICARD_DATABASE_URL"])
host, password = given.pop("host", parts.hostname), given.pop("password", parts.password)
host = socket.gethostbyname("postgres") if host == "by-address" else host
query = urlencode({**dict(parse_qsl(parts.query)), **given})
url = f"postgresql://{parts.username}:{password}@{host}:{parts.port}{parts.path}?{query}"
async def come():
    connection = await asyncpg.connect(url, timeout=10)
    row = await connection.fetchrow("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    await connection.close()
    return "ssl" if row["ssl"] and row["version"] >= "TLSv1.2" else "plain"
try: print(asyncio.run(come()))
except Exception as error: print(type(error).__name__)
"""
BROKER = """
import asyncio, os, sys
from aiokafka.admin import AIOKafkaAdminClient
from broker_access.connection import Kafka
user, password, security = sys.argv[1:]
login = Kafka("kafka:9092", user, password or os.environ["UNICARD_KAFKA_PASSWORD"], security)
async def come():
    await login.log_in()
    client = AIOKafkaAdminClient(**login.options, request_timeout_ms=5000)
    await client.start()
    await client.close()
try: asyncio.run(come()); print("in")
except Exception as error: print(type(error).__name__)
"""
# allow: absolute-path inside a container
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ((), "ssl"),  # as the service comes: verify-full
        (("sslmode=disable",), "InvalidAuthorizationSpecificationError"),
        (("password=guess",), "InvalidPasswordError"),
        (("password=guess", "sslmode=disable"), "InvalidAuthorizationSpecificationError"),
        ((f"sslrootcert={SYSTEM_AUTHORITIES}",), "SSLCertVerificationError"),
        (("host=by-address",), "SSLCertVerificationError"),  # a host the certificate does not name
        (("host=by-address", "sslmode=verify-ca"), "ssl"),  # which is why the services do not ask for less
    ],
    ids=["own", "plain", "guess", "plain-guess", "other-authority", "other-host", "verify-ca"],
)
def test_postgresql_takes_tls_and_the_right_password_only(
    installation: Installation, changed: tuple[str, ...], answer: str
) -> None:
    assert installation.inside("card", "python", "-c", DATABASE, *changed).strip() == answer


def test_every_connection_over_the_network_is_encrypted(installation: Installation) -> None:
    count = (
        "SELECT count(*) FILTER (WHERE ssl) > 0, count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl"
        " JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL"
    )
    assert installation.sql("card", count).strip() == "t|0"


@pytest.mark.parametrize(
    ("user", "password", "security", "answer"),
    [
        ("card", "", "sasl_plaintext", "in"),
        ("card", "guess", "sasl_plaintext", "SaslAuthenticationFailed"),
        ("broker", "", "sasl_plaintext", "SaslAuthenticationFailed"),  # the administrator does not come this way
        ("notify", "", "sasl_plaintext", "SaslAuthenticationFailed"),  # with card-service's password
        ("card", "", "plaintext", "KafkaConnectionError"),
    ],
    ids=["own", "guess", "administrator", "another-service", "no-login"],
)
def test_kafka_takes_the_services_own_users_only(
    installation: Installation, user: str, password: str, security: str, answer: str
) -> None:
    assert installation.inside("card", "python", "-c", BROKER, user, password, security).strip() == answer


def test_the_administrators_door_is_closed_to_services(installation: Installation) -> None:
    connect = "import socket; socket.create_connection(('kafka', 9094), 2)"
    tried = installation.inside(
        "card", "python", "-c", f"try: {connect}; print('open')\nexcept OSError: print('closed')"
    )
    assert tried.strip() == "closed"
