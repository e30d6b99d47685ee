"""Settings of the gateway's app: `UNICARD_…` shared by all services, `UNICARD_GATEWAY_…` its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from api_gateway import POLICIES
from api_gateway.sign_in_settings import SignInSettings
from chassis.sealing import Keyring

_SHORTEST_SECRET = 24


def _keys(value: SecretStr) -> SecretStr:
    Keyring.parse(value.get_secret_value())
    return value


def _absent_if_empty(value: object) -> object:
    """A file of settings cannot leave a variable out."""
    return None if value == "" else value


class Settings(SignInSettings):
    """What the gateway must be told. The key ring and the bootstrap secret have no default."""

    port: int = 8100
    gateway_keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="ring `name:key[,name:key…]` of 32 bytes in base64url: the first in use, the others accepted"
    )
    bootstrap_client_id: str = "bootstrap"
    bootstrap_client_secret: Annotated[SecretStr | None, BeforeValidator(_absent_if_empty)] = Field(
        default=None, description="secret of the client that sets everything else up; none is made without it"
    )
    gateway_bootstrap_hours: int = Field(default=24, ge=1, le=168, description="how long the bootstrap client may call")
    gateway_client_days: int = Field(default=365, ge=1, le=731, description="a client ends then, unless recertified")
    gateway_secret_days: int = Field(default=365, ge=1, le=731, description="how long a client's secret is good")
    gateway_secret_overlap_hours: int = Field(
        default=24, ge=0, le=168, description="how long the secret before stays good beside a new one"
    )
    gateway_token_seconds: int = Field(default=600, ge=30, le=3600, description="how long a token is good")
    gateway_assertion_seconds: int = Field(default=300, ge=10, le=600, description="how long an assertion may be")
    gateway_key_lead_seconds: int = Field(default=60, ge=0, description="a new key is published so long before use")
    gateway_key_days: int = Field(default=90, ge=1, description="a key signs so long, then a new one is made")
    gateway_key_poll_seconds: float = Field(default=2.0, gt=0, description="how often keys of other processes are read")
    gateway_code_minutes: int = Field(default=60, ge=1, description="how long an enrolment code is good")
    gateway_code_tries: int = Field(default=5, ge=1, le=20, description="wrong tries before a code is void")
    gateway_overlap_minutes: int = Field(
        default=60, ge=1, le=1440, description="a key used from two addresses in turns within this time raises an alarm"
    )
    people_grant_days: int = Field(default=365, ge=1, le=730, description="a role is granted for so long at most")
    people_confirm_days: int = Field(default=90, ge=1, le=366, description="a role is confirmed anew at least so often")
    people_confirm_grace_days: int = Field(
        default=30, ge=0, le=366, description="a role that nobody confirms ends so many days after it was due"
    )
    people_ask_days: int = Field(
        default=14, ge=1, le=90, description="a role asked for may wait so long for a decision"
    )
    people_invitation_hours: int = Field(default=72, ge=1, le=336, description="how long an invitation is good")
    people_upkeep_seconds: float = Field(default=60.0, gt=0, description="how often roles that are over are closed")
    gateway_part_seconds: float = Field(default=2.0, gt=0, description="how long the overview waits for a service")
    policies: Path = Field(default=POLICIES, description="folder of the policy files entered at the start")
    gateway_disclosure_delay_days: int = Field(
        default=180, ge=1, le=366, description="how long a disclosure may be held back for an investigation (chosen)"
    )
    card_url: str = "http://127.0.0.1:8101"
    supply_url: str = "http://127.0.0.1:8102"
    health_url: str = "http://127.0.0.1:8103"
    payment_url: str = "http://127.0.0.1:8104"
    notify_url: str = "http://127.0.0.1:8105"

    @model_validator(mode="after")
    def _bootstrap_is_strong(self) -> Settings:
        secret = self.bootstrap_client_secret
        if secret is not None and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"bootstrap_client_secret must have at least {_SHORTEST_SECRET} characters")
        return self

    @property
    def token_url(self) -> str:
        """The token endpoint as callers name it."""
        return f"{self.public_url}/oauth/token"

    @property
    def invitation_url(self) -> str:
        """The page on which an invited person takes an invitation up; its token is the parameter `token`."""
        return f"{self.public_url}/sign-in/invitation"
