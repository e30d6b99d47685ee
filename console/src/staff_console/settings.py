"""Settings of the console, from the environment (`UNICARD_…`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from chassis.sealing import Keyring, key_bytes
from chassis.settings import Listening, names_of


def _ring(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


class Settings(Listening):
    """What the console must be told. It takes part in no event, so that it needs no broker."""

    port: int = 8107
    database_url: str = Field(description="postgresql://user:password@host:port/database of its own tables")
    console_keys: Annotated[SecretStr, AfterValidator(_ring)] = Field(
        description="ring `name:key[,name:key…]` of 32-byte keys in base64url that seals tokens and what was typed"
    )
    console_client_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        description="32 bytes in base64url: the Ed25519 key by which the console proves itself to the gateway"
    )
    console_public_url: str = Field(default="http://127.0.0.1:8080", description="where browsers reach the edge")
    issuer: str = Field(
        default="http://127.0.0.1:8080,unicard", description="the gateway's name: the first signs, as in services"
    )
    gateway_url: str = Field(default="http://127.0.0.1:8100", description="where the console itself reaches each")
    card_url: str = "http://127.0.0.1:8101"
    supply_url: str = "http://127.0.0.1:8102"
    health_url: str = "http://127.0.0.1:8103"
    payment_url: str = "http://127.0.0.1:8104"
    notify_url: str = "http://127.0.0.1:8105"
    part_seconds: float = Field(default=1.5, gt=0, description="how long a page waits for one of its parts")
    answer_seconds: float = Field(default=10.0, gt=0, description="how long a page waits for what it is about")
    console_idle_minutes: int = Field(default=15, ge=1, le=120, description="a session ends when unused so long")
    console_lock_minutes: int = Field(
        default=5, ge=1, le=60, description="a screen is locked after so long without a key, where a PIN opens it"
    )
    console_longest_hours: int = Field(
        default=10, ge=1, le=24, description="a session ends after so long at the latest"
    )
    console_pool_size: int = Field(default=4, ge=1, description="connections to the database, at most")
    training: bool = Field(default=False, description="a training installation: every page says so")
    log_level: str = "INFO"

    @property
    def edge(self) -> str:
        """Where browsers reach the edge, without a slash at its end."""
        return self.console_public_url.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the edge by TLS: cookies are bound to that host then."""
        return self.edge.startswith("https:")

    @property
    def issuer_name(self) -> str:
        """The name in the id tokens of now."""
        return names_of(self.issuer)[0]

    def ring(self) -> Keyring:
        """The keys that seal and open."""
        return Keyring.parse(self.console_keys.get_secret_value())
