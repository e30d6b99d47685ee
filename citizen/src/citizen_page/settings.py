"""Settings of the citizens' page, from the environment (`UNICARD_…`) or files of that name in `UNICARD_SECRETS_DIR`."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.sealing import Keyring


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


class Settings(BaseSettings):
    """What the page must be told: where the services are, and what seals its sessions."""

    model_config = SettingsConfigDict(
        env_prefix="UNICARD_", secrets_dir=os.environ.get("UNICARD_SECRETS_DIR"), extra="ignore"
    )

    host: str = "127.0.0.1"
    port: int = 8106
    log_level: str = "INFO"
    training: bool = Field(default=False, description="a training installation: every page says so")
    citizen_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring `name:key[,name:key…]` of 32-byte keys in base64url that seals sessions"
    )
    citizen_public_url: str = Field(
        default="http://127.0.0.1:8080", description="how browsers name the edge; with https cookies are secure"
    )
    citizen_session_seconds: int = Field(default=600, ge=60, le=3600, description="how long one stays signed in")
    citizen_call_seconds: float = Field(default=5.0, gt=0, le=20, description="how long a service may take to answer")
    citizen_public_seconds: float = Field(
        default=60.0, gt=0, description="how long what everybody may see is kept before it is asked for again"
    )
    gateway_url: str = "http://127.0.0.1:8100"
    card_url: str = "http://127.0.0.1:8101"
    supply_url: str = "http://127.0.0.1:8102"
    health_url: str = "http://127.0.0.1:8103"
    payment_url: str = "http://127.0.0.1:8104"
    notify_url: str = "http://127.0.0.1:8105"

    def ring(self) -> Keyring:
        """The keys that seal sessions and forms."""
        return Keyring.parse(self.citizen_keys.get_secret_value())

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.citizen_public_url.startswith("https:")
