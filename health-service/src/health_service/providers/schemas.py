"""What crosses the wire about providers and their terminals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from chassis.places import InDistrict
from terminal_registry.schemas import NewTerminal, RegisteredTerminal, Suspension

ProviderKind = Literal["family_unit", "hospital", "laboratory", "pharmacy", "imaging"]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Short = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


class ProviderRequest(InDistrict):
    """A provider of care to be registered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ProviderKind
    name_ar: Words
    name_en: Words
    trial: bool = Field(default=False, description="takes part in a trial alone: sees holders of trial cards")


class Provider(BaseModel):
    """A provider in the books."""

    provider_id: UUID
    kind: ProviderKind
    name_ar: str
    name_en: str
    governorate: str
    district: str
    trial: bool
    registered_at: datetime
    reachable: Annotated[bool, Field(description="whether it can be told what happens to its terminals")]


class ProviderPage(Page[Provider, UUID]):
    """Providers in the order of their registration."""


class ClinicTerminalRequest(NewTerminal):
    """A terminal to be assigned to a provider."""

    provider_id: UUID


class ClinicTerminal(RegisteredTerminal):
    """A terminal in the books. `enrolled`: it has registered its key and may get tokens."""

    provider_id: UUID


class ClinicTerminalPage(Page[ClinicTerminal, UUID]):
    """Terminals of clinics in the order of their registration."""


class ClinicTerminalSuspensionRequest(Suspension):
    """Why a terminal is suspended."""
