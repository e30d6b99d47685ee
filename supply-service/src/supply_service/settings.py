"""Settings of supply-service, from the environment (`UNICARD_…`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from chassis.ration_card import RationCardMarks
from chassis.sealing import Keyring, Vault, key_bytes
from chassis.settings import ServiceSettings
from chassis.signing import Signer
from supply_service import POLICIES


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


class Settings(ServiceSettings):
    """What supply-service must be told beyond what every service is told."""

    port: int = 8102
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    lanes: int = Field(default=2, ge=1, le=32, description="parallel group commits: 2 on a fast disk, 8 on a slow one")
    max_batch: int = Field(default=128, ge=1, le=512, description="most requests in one group commit")
    max_queue: int = Field(default=4096, ge=1, description="requests waiting in a lane before new ones get 503")
    trial_poll_seconds: float = Field(default=5.0, gt=0, description="how often sales at trial outlets are told")
    answer_days: int = Field(default=2, ge=1, description="days for which a repeat of a sale gets the first answer")
    refresh_seconds: float = Field(default=0.25, gt=0, description="how often changed policies and terminals are read")
    opening_batch: int = Field(default=250, ge=1, le=5000, description="households in one step of opening a month")
    opening_per_second: int = Field(
        default=1000, ge=0, description="households whose month the job opens a second; 0: each opens when it draws"
    )
    simulation_batch: int = Field(
        default=50_000, ge=0, le=1_000_000,
        description="households in one step of computing what policies would change; 0: nothing is computed",
    )  # fmt: skip
    simulation_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="of the time in which it is computed, how much it works; the rest is sales'",
    )
    simulation_statement_seconds: float = Field(
        default=30.0, gt=0, description="how long a statement of such a step may take"
    )
    closing_batch: int = Field(
        default=50, ge=0, le=1000, description="outlets in one step of closing days by the clock; 0: by hand only"
    )
    closing_wait_seconds: float = Field(
        default=0.0, ge=0, description="how long a day must be over before the clock closes it; a training clock jumps"
    )
    credential_keys: str | None = Field(default=None, description="card-service's public keys (JWK set as JSON)")
    credential_keys_url: str | None = Field(default=None, description="where those keys are served")
    holder_proof_keys: str | None = Field(default=None, description="card-service's keys of proofs (JWK set as JSON)")
    holder_proof_keys_url: str | None = Field(default=None, description="where those keys are served")
    place_contact_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring shared with health-service and notify-service: contacts of outlets travel to it sealed"
    )
    ration_card_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        description="shared with card-service: key of the marks of ration-card numbers"
    )

    supply_signing_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring of Ed25519 private keys that sign terminals' configurations"
    )

    def configurations(self) -> Signer:
        """What signs terminals' configurations."""
        ring = Keyring.parse(self.supply_signing_keys.get_secret_value())
        return Signer.of(ring.derived(b"unicard terminal configuration"))

    def ration_cards(self) -> RationCardMarks:
        """What makes the marks by which card-service tells of households' ration cards."""
        return RationCardMarks.of(self.ration_card_key.get_secret_value())

    def place_contacts(self) -> Vault:
        """What seals how outlets are reached."""
        return Vault(Keyring.parse(self.place_contact_keys.get_secret_value()))
