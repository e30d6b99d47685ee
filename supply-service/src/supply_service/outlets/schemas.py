"""What crosses the wire about outlets and terminals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.paging import Page
from chassis.places import InDistrict
from terminal_registry.schemas import NewTerminal, RegisteredTerminal, Suspension

OutletKind = Literal["bakery", "grocer", "gameaty", "complex", "depot"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class OutletRequest(InDistrict):
    """An outlet to be registered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: OutletKind
    name_ar: Name
    name_en: Name
    fuel: Literal["diesel", "gas"] | None = Field(default=None, description="bakeries only; decides their settlement")
    loaf_type: Literal["soft", "hard", "megr"] | None = None
    trial: bool = Field(
        default=False, description="takes part in a trial alone: sells to trial cards, is never settled"
    )

    @model_validator(mode="after")
    def _bakery(self) -> OutletRequest:
        if self.kind != "bakery" and (self.fuel is not None or self.loaf_type is not None):
            raise ValueError("fuel and loaf_type belong to bakeries")
        return self


class Outlet(BaseModel):
    """An outlet in the books."""

    outlet_id: UUID
    kind: OutletKind
    name_ar: str
    name_en: str
    governorate: str
    district: str
    fuel: str | None
    loaf_type: str | None
    trial: bool
    registered_at: datetime
    suspended_at: datetime | None = Field(description="since when its sales are refused, null while they are not")
    suspension_reason: str | None
    reachable: Annotated[bool, Field(description="whether it can be told what happens to its terminals")]


class OutletPage(Page[Outlet, UUID]):
    """Outlets in the order of their registration."""


class OutletCount(BaseModel):
    """How many outlets a list has."""

    count: int


class TerminalRequest(NewTerminal):
    """A terminal to be assigned to an outlet."""

    outlet_id: UUID


class Terminal(RegisteredTerminal):
    """A terminal in the books. `enrolled`: its key is known, it may work offline."""

    outlet_id: UUID


class TerminalPage(Page[Terminal, UUID]):
    """Terminals in the order of their registration."""


class TerminalHealth(Terminal):
    """A terminal, and how it does."""

    heard_at: datetime | None = Field(description="when it was last known to be in contact; by the hour for uploads")
    last_sale_at: datetime | None = Field(description="of its last sale within two months, with or without a network")
    missing: int = Field(description="sales it has signed and never uploaded, as its own numbers tell")
    missing_since: datetime | None = Field(description="when the first of them was found to be missing")


class OutletTerminals(BaseModel):
    """The terminals of an outlet."""

    outlet_id: UUID
    terminals: list[TerminalHealth]


class SuspensionRequest(Suspension):
    """Why a terminal or an outlet is suspended."""
