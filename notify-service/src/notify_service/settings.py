"""Settings of notify-service: `UNICARD_…` shared by all services, `UNICARD_SMS_…` and `UNICARD_NOTIFY_…` its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from chassis.sealing import Keyring, Vault, key_bytes
from chassis.settings import ServiceSettings
from notify_service import POLICIES


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


class Settings(ServiceSettings):
    """A key is 32 bytes in base64url, a ring `name:key[,name:key…]`: the first seals, the others still open."""

    port: int = 8105
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    sms_url: str = Field(description="the aggregator's address, without the path")
    sms_token: SecretStr = Field(description="what the aggregator knows us by")
    sms_sender: str = Field(default="Unicard", max_length=11, description="registered alphanumeric sender")
    sms_per_second: float = Field(default=1000.0, gt=0, description="messages a second over all processes, as agreed")
    sms_batch: int = Field(default=200, ge=1, le=1000, description="messages in one request")
    sms_lanes: int = Field(default=2, ge=1, le=16, description="requests under way at once")
    sms_timeout_seconds: float = Field(default=10.0, gt=0, description="how long a request may take")
    sms_lease_seconds: float = Field(default=60.0, gt=0, description="then a lost batch is sent again")
    sms_poll_seconds: float = Field(default=0.05, gt=0, description="how often the queue is looked at")
    notify_upkeep_seconds: float = Field(default=1.0, gt=0, description="how often leases and expiry are")
    notify_sweep_seconds: float = Field(default=30.0, gt=0, description="how often late contacts and erasure are")
    notify_data_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring that seals numbers, names and texts"
    )
    notify_lookup_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        description="key of the HMAC by which numbers are found"
    )

    contact_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring shared with card-service, which seals contacts on their way here"
    )

    place_contact_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring shared with supply-service and health-service, which seal contacts of outlets and providers"
    )

    def place_vault(self) -> Vault:
        """What opens contacts of the places where terminals stand."""
        return Vault(Keyring.parse(self.place_contact_keys.get_secret_value()))

    def contact_vault(self) -> Vault:
        """What opens contacts as card-service tells of them."""
        return Vault(Keyring.parse(self.contact_keys.get_secret_value()))

    def vault(self) -> Vault:
        """What seals and opens personal data with these keys."""
        ring = Keyring.parse(self.notify_data_keys.get_secret_value())
        return Vault(ring, key_bytes(self.notify_lookup_key.get_secret_value()))
