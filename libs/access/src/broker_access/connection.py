"""Kafka connection settings: where the brokers are, as whom a client logs in, and what protects the way there."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

Security: TypeAlias = Literal["plaintext", "sasl_plaintext", "sasl_ssl"]
Mechanism: TypeAlias = Literal["SCRAM-SHA-512", "PLAIN"]

PREFIX = "UNICARD_KAFKA_"
LOGIN_MS = 5_000

# What a broker answers to whom it does not know or does not let: waiting does not help, somebody must act.
REFUSALS = (
    AuthenticationFailedError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)


class NoLogin(ValueError):
    """SASL was asked for without a user or a password"""


@dataclass(frozen=True)
class Kafka:
    """Brokers and a login: what every producer, consumer and administrator is made of.

    `bootstrap`: host:port[,host:port]. `ca_file`: the certificate authority that signed the brokers' certificates, in
    PEM; the system's own where none is given. Raises NoLogin where SASL lacks a user or a password.
    """

    bootstrap: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Security = "plaintext"
    ca_file: str | None = None
    mechanism: Mechanism = "SCRAM-SHA-512"

    def __post_init__(self) -> None:
        if self.security != "plaintext" and not (self.user and self.password):
            raise NoLogin(f"{PREFIX}SECURITY is {self.security}: {PREFIX}USER and {PREFIX}PASSWORD are needed")

    @classmethod
    def of_environment(cls, bootstrap: str, environment: Mapping[str, str] | None = None) -> Kafka:
        """The login of `UNICARD_KAFKA_SECURITY`, `…_USER`, `…_PASSWORD` and `…_CA_FILE`. Raises ValueError."""
        given = os.environ if environment is None else environment
        security = given.get(PREFIX + "SECURITY") or "plaintext"
        known: Mapping[str, Security] = {one: one for one in get_args(Security)}
        if security not in known:
            raise ValueError(f"{PREFIX}SECURITY is {security!r}: one of {', '.join(known)} is needed")
        return cls(
            bootstrap,
            given.get(PREFIX + "USER") or None,
            given.get(PREFIX + "PASSWORD") or None,
            known[security],
            given.get(PREFIX + "CA_FILE") or None,
        )

    @property
    def options(self) -> dict[str, object]:
        """What any client of aiokafka is told, so that it connects and logs in."""
        return {"bootstrap_servers": self.bootstrap, **self._login}

    @property
    def _login(self) -> dict[str, object]:
        login: dict[str, object] = {"security_protocol": self.security.upper()}
        if self.security != "plaintext":
            login |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        if self.security == "sasl_ssl":
            login["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        return login

    async def log_in(self) -> None:
        """Connect to one of the brokers and close again. Raises KafkaError or OSError with the reason why not.

        Clients only say that they found no broker, also when one is there and refuses them.
        """
        failure: Exception = KafkaConnectionError(f"no broker answers at {self.bootstrap}")
        for place in self.bootstrap.split(","):
            host, _, port = place.strip().rpartition(":")
            try:
                connection = await create_conn(host, int(port), request_timeout_ms=LOGIN_MS, **self._login)
            except (KafkaError, OSError) as error:
                failure = error
                continue
            connection.close()
            return
        raise failure

    async def why(self, error: Exception) -> Exception:
        """The refusal behind a client's error that it found no broker; any other error as it is."""
        if isinstance(error, KafkaConnectionError) and not is_refusal(error) and self.security != "plaintext":
            try:
                await self.log_in()
            except (KafkaError, OSError) as reason:
                found: Exception = reason
                return found if is_refusal(found) else error
        return error


def is_refusal(error: BaseException) -> bool:
    """Whether the broker answered that it does not know this user, or does not let it."""
    return isinstance(error, REFUSALS)
