"""Settings of notify-service: `UNICARD_…` shared by all services, `UNICARD_SMS_…` and `UNICARD_NOTIFY_…` its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from chassis.sealing import Keyring, Vault, key_bytes
from chassis.settings import ServiceSettings
from notify_service import POLICIES


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


Prefix = Annotated[str, StringConstraints(pattern=r"^01[0-9]{1,9}$")]


class SmppProvider(BaseModel):
    """A line to a provider's SMSC by SMPP 3.4, as agreed with it. Its password is in `smpp_passwords`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$", description="of the line in rows and figures; never another's")
    host: str
    port: int = Field(default=2775, ge=1, le=65535)
    tls: bool = Field(default=False, description="speak TLS, by the system's authorities")
    system_id: str = Field(max_length=15)
    system_type: str = Field(default="", max_length=12)
    prefixes: tuple[Prefix, ...] = Field(default=(), description="of the national numbers it carries; none: all")
    priority: int = Field(default=50, ge=0, description="lower is asked first")
    window: int = Field(default=20, ge=4, le=1000, description="parts under way without an answer, in each process")
    per_second: float = Field(default=50.0, gt=0, description="parts a second over all processes")
    ids: Literal["same", "decimal_then_hex", "hex_then_decimal"] = Field(
        default="same", description="how message ids are written: in the answer to a message, then in its receipt"
    )
    errors: Literal["map", "gateway", "twilio"] | None = Field(
        default=None, description="table of `data/receipt_errors.yaml` by which its codes are read; none: unread"
    )
    enquire_seconds: float = Field(default=30.0, gt=0, description="silence after which the line is tried")
    answer_seconds: float = Field(default=10.0, gt=0, description="how long an answer may take")


class Settings(ServiceSettings):
    """A key is 32 bytes in base64url, a ring `name:key[,name:key…]`: the first seals, the others still open."""

    port: int = 8105
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    sms_url: str = Field(description="the aggregator's address, without the path; empty: no aggregator, only SMPP")
    sms_token: SecretStr = Field(description="what the aggregator knows us by")
    sms_sender: str = Field(default="Unicard", max_length=11, description="registered alphanumeric sender")
    sms_per_second: float = Field(default=1000.0, gt=0, description="messages a second over all processes, as agreed")
    sms_batch: int = Field(default=200, ge=1, le=1000, description="messages in one request")
    sms_lanes: int = Field(default=2, ge=1, le=16, description="requests under way at once")
    sms_timeout_seconds: float = Field(default=10.0, gt=0, description="how long a request may take")
    sms_lease_seconds: float = Field(default=60.0, gt=0, description="then a lost batch is sent again")
    sms_prefixes: tuple[Prefix, ...] = Field(default=(), description="of the numbers the aggregator carries; none: all")
    sms_priority: int = Field(default=100, ge=0, description="the aggregator's place among the providers, lower first")
    smpp_providers: tuple[SmppProvider, ...] = Field(default=(), description="a JSON list; settings.py has the fields")
    smpp_passwords: SecretStr = Field(default=SecretStr(""), description="`name:password[,name:password…]` of each")
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

    @model_validator(mode="after")
    def _providers_are_whole(self) -> Self:
        names = [provider.name for provider in self.smpp_providers]
        if len({*names, "aggregator"}) <= len(names):
            raise ValueError("smpp_providers: each needs a name of its own, none of them aggregator")
        if lacking := set(names) - set(self._passwords()):
            raise ValueError(f"smpp_passwords: none of {', '.join(sorted(lacking))}")
        if not names and not self.sms_url:
            raise ValueError("sms_url or smpp_providers is needed")
        return self

    def _passwords(self) -> dict[str, str]:
        pairs = (pair.partition(":") for pair in self.smpp_passwords.get_secret_value().split(",") if pair)
        return {name.strip(): password for name, _, password in pairs if password}

    def smpp_password(self, name: str) -> str:
        """What an SMPP provider knows us by."""
        return self._passwords()[name]

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
