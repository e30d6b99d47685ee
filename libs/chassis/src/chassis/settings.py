"""Settings every service shares: environment `UNICARD_…`, or files of that name in `UNICARD_SECRETS_DIR`."""

from __future__ import annotations

import os
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from broker_access.connection import Kafka, Security

Role = Literal["all", "api", "work"]


class Listening(BaseSettings):
    """Where a process listens, and with which certificate."""

    model_config = SettingsConfigDict(
        env_prefix="UNICARD_",
        secrets_dir=os.environ.get("UNICARD_SECRETS_DIR"),
        extra="ignore",
    )

    host: str = "127.0.0.1"
    port: int = 0
    tls_certificate: str | None = Field(default=None, description="PEM file; with tls_key the service speaks TLS")
    tls_key: str | None = Field(default=None, description="PEM file of the certificate's private key")

    @model_validator(mode="after")
    def _certificate_is_whole(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        return self


class ServiceSettings(Listening):
    """What a service must be told. Nothing secret has a default."""

    database_url: str = Field(
        description="postgresql://user:password@host:port/database; beyond one machine with"
        " ?sslmode=verify-full&sslrootcert=FILE of the certificate authority"
    )
    kafka_bootstrap: str = Field(description="host:port[,host:port] of the brokers")
    kafka_security: Security = Field(
        default="plaintext",
        description="sasl_plaintext: log in by SCRAM-SHA-512; sasl_ssl: over TLS, too; plaintext: neither",
    )
    kafka_user: str | None = Field(default=None, description="this service's own user at the brokers")
    kafka_password: SecretStr | None = None
    kafka_ca_file: str | None = Field(
        default=None, description="PEM of the authority that signed the brokers' certificates; else the system's own"
    )
    topic_prefix: str = Field(
        default="",
        pattern=r"[A-Za-z0-9._-]{0,60}",
        description="stands before every topic and consumer group: systems that share a cluster each have their own",
    )
    role: Role = Field(
        default="all",
        description="api: answers requests; work: relay, consumer and workers, no request; all: both in one process",
    )
    relay_address: str | None = Field(
        default=None,
        pattern=r"^[^:]+:[0-9]{1,5}$",
        description="host:port (UDP) where api processes wake the relay of the work process; else it only polls",
    )
    jwks_url: str | None = Field(default=None, description="where the issuer's public keys are served")
    jwks: str | None = Field(default=None, description="the issuer's public keys themselves, instead of a URL")
    issuer: str = Field(
        default="http://127.0.0.1:8080,unicard",
        description="who may have issued a token: the gateway's public address first, then names it had before",
    )
    audience: str = "unicard-api"
    mass_lookup_people: int = Field(
        default=100, ge=1, description="a person who reads about more citizens raises an alarm"
    )
    mass_lookup_machines: int = Field(default=20_000, ge=1, description="the same for a system or terminal")
    mass_lookup_seconds: int = Field(default=600, ge=1, description="within how long that is counted")
    step_up_seconds: int = Field(
        default=300, ge=30, le=3600, description="how long ago a person's two factors may be for acts that ask for them"
    )
    record_data_keys: SecretStr = Field(
        description="name:key[,name:key…]: wraps the keys of persons, under which the record keeps old and new values"
    )
    record_chain_key: SecretStr | None = Field(
        default=None, description="32 bytes in base64url: chains the record; for the background process alone"
    )
    retention_dry_run: bool = Field(default=False, description="old data are counted and stay")
    record_retention_months: int = Field(default=60, ge=1, description="how long it is kept who has seen what")
    record_walk_rows: int = Field(default=2000, ge=1, description="records of the chain verified at once")
    log_level: str = "INFO"
    training_clock: bool = Field(default=False, description="let trainers move business time; never in production")
    training: bool = Field(default=False, description="a training installation: what people are sent or shown says so")
    pool_size: int = Field(default=8, ge=2, description="pooled connections for ordinary requests")
    hot_pool_size: int = Field(default=4, ge=1, description="pooled raw connections for the hot path")
    relay_poll_seconds: float = Field(default=0.01, gt=0, description="how often the relay looks for new events")
    relay_batch: int = Field(default=1000, ge=1)
    outbox_retention_days: int = Field(default=7, ge=1, description="how long sent events can be republished")
    inbox_retention_days: int = Field(default=14, ge=1, description="how long duplicates of an event are recognised")
    idempotency_retention_days: int = Field(default=2, ge=1, description="how long a repeat gets the stored reply")
    consumer_batch: int = Field(default=500, ge=1)
    consumer_attempts: int = Field(default=5, ge=1, description="tries before an event is set aside")
    restate_rows_per_second: int = Field(default=1000, ge=1, description="how fast a service's state is told again")
    restate_batch: int = Field(default=200, ge=1, description="rows told again in one transaction")
    restate_ask_seconds: float = Field(
        default=600.0, gt=0, description="how long an incomplete read model waits before it asks again"
    )
    relay_lag_ready_seconds: float = Field(default=30.0, gt=0, description="older unsent events make /readyz fail")

    @property
    def kafka(self) -> Kafka:
        """The brokers and how this service logs in. Raises NoLogin where user or password are missing."""
        password = self.kafka_password.get_secret_value() if self.kafka_password else None
        return Kafka(self.kafka_bootstrap, self.kafka_user, password, self.kafka_security, self.kafka_ca_file)

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        _ = self.kafka
        return self

    @property
    def issuers(self) -> tuple[str, ...]:
        """The names under which tokens are accepted; the gateway signs as the first."""
        return names_of(self.issuer)


def names_of(issuer: str) -> tuple[str, ...]:
    """The names of `name[,name…]`, without the slash an address may end in: they are compared letter by letter."""
    return tuple(name.strip().rstrip("/") for name in issuer.split(",") if name.strip())
