"""Settings of payment-service, from the environment (`UNICARD_…`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from chassis.settings import ServiceSettings
from payment_service import POLICIES


class Settings(ServiceSettings):
    """What payment-service must be told beyond what every service is told."""

    port: int = 8104
    lanes: int = Field(default=1, ge=1, le=32, description="parallel group commits: 1 on a fast disk, 8 on a slow one")
    max_batch: int = Field(default=128, ge=1, le=512, description="most requests in one group commit")
    max_queue: int = Field(default=4096, ge=1, description="requests waiting in a lane before new ones get 503")
    answer_days: int = Field(default=2, ge=1, description="days for which a repeat gets the first answer")
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    card_url: str | None = Field(
        default=None,
        description="where card-service answers: payees are looked up there by national id or card number",
    )
    holder_proof_keys_url: str | None = Field(
        default=None, description="where card-service shows the keys by which proofs of cards' holders are checked"
    )
    holder_proof_keys: str | None = Field(
        default=None, description="those keys themselves, a JWK set, instead of a URL"
    )
    trial_poll_seconds: float = Field(default=5.0, gt=0, description="how often what test cards paid is told")
    expiry_poll_seconds: float = Field(default=1.0, gt=0, description="how often holds that ran out are looked for")
    payout_chunk: int = Field(default=5000, ge=1, description="payouts booked in one transaction")
    payout_lanes: int = Field(default=2, ge=1, le=32, description="parts of a payout batch booked side by side")
    payout_poll_seconds: float = Field(default=0.5, gt=0, description="how often approved batches are looked for")
