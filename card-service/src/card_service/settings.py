"""Settings of card-service: `UNICARD_…` shared by all services, `UNICARD_CARD_…` its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from card_service import POLICIES
from chassis.sealing import Keyring, key_bytes
from chassis.settings import ServiceSettings


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


Key = Annotated[SecretStr, AfterValidator(_key)]
Keys = Annotated[SecretStr, AfterValidator(_keys)]


class Settings(ServiceSettings):
    """A key is 32 bytes in base64url, a ring `name:key[,name:key…]`: the first in use, the others accepted.

    None of them has a default.
    """

    port: int = 8101
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    card_data_keys: Keys = Field(description="ring that seals personal data and uploads")
    card_lookup_key: Key = Field(description="key of the HMAC by which sealed values are found again")
    card_pin_key: Key = Field(description="key of the HMAC that stands for a PIN (an HSM's in production)")
    card_pin_transport_keys: Keys = Field(description="ring of X25519 private keys that open PINs")
    card_signing_keys: Keys = Field(description="ring of Ed25519 private keys that sign card credentials")
    contact_keys: Keys = Field(description="ring shared with notify-service: contacts travel to it sealed")
    ration_card_key: Key = Field(description="shared with supply-service: key of the marks of ration-card numbers")
    card_number_prefix: str = Field(
        default="9818",
        pattern=r"^\d{4,8}$",
        description="issuer's digits: 9 and the country code of Egypt (ISO/IEC 7812-1)",
    )
    card_import_max_bytes: int = Field(default=16 * 1024 * 1024, ge=1024, description="largest file")
    card_import_chunk_rows: int = Field(default=2500, ge=10, le=5000, description="rows of one transaction")
    card_plan_chunk: int = Field(default=5000, ge=10, le=5000, description="citizens of one transaction")
    card_activation_chunk: int = Field(default=3000, ge=10, le=5000, description="cards of one transaction")
    card_handover_lanes: int = Field(default=2, ge=1, description="transactions of hand-overs at once, and searches")
    card_handover_batch: int = Field(default=64, ge=1, le=500, description="most hand-overs or searches in one")
    card_job_poll_seconds: float = Field(default=0.25, gt=0, description="how often jobs are looked for")
    card_sweep_seconds: float = Field(default=5.0, gt=0, description="how often missed appointments are")
    card_erasure_retry_seconds: float = Field(default=60.0, gt=0, description="when an erasure is told again")
    card_chain_seconds: float = Field(default=1.0, gt=0, description="how often accesses are chained")
