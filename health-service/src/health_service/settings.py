"""Settings of health-service, from the environment (`UNICARD_…`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from chassis.sealing import Keyring, Vault
from chassis.settings import ServiceSettings
from health_service import POLICIES


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


class Settings(ServiceSettings):
    """What health-service must be told beyond what every service is told."""

    port: int = 8103
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    health_data_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring `name:key[,name:key…]` of 32-byte keys in base64url that seals what visits were about"
    )
    holder_proof_keys_url: str | None = Field(
        default=None, description="where card-service shows the keys by which proofs of cards' holders are checked"
    )
    holder_proof_keys: str | None = Field(
        default=None, description="those keys themselves, a JWK set, instead of a URL"
    )
    standing_poll_seconds: float = Field(
        default=30.0, gt=0, description="how often families whose cover begins or is suspended are looked for"
    )
    standing_chunk: int = Field(default=500, ge=1, description="families whose cover is settled in one transaction")

    place_contact_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring shared with supply-service and notify-service: contacts of providers travel to it sealed"
    )

    def place_contacts(self) -> Vault:
        """What seals how providers are reached."""
        return Vault(Keyring.parse(self.place_contact_keys.get_secret_value()))

    def ring(self) -> Keyring:
        """The keys that seal and open."""
        return Keyring.parse(self.health_data_keys.get_secret_value())

    def fingerprint_key(self) -> bytes:
        """Of the oldest key, so that a new one in front does not make repeats look like other requests."""
        return list(self.ring().derived(b"unicard health fingerprint").keys.values())[-1]
