"""What a list of the register is asked for: filters and an order by what is not sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.cards.lifecycle import CardState
from card_service.registry.models import HouseholdStatus
from chassis.clock import day_begins
from chassis.districts import UNLISTED
from chassis.months import Day
from chassis.places import DistrictAsked, GovernorateCode

NO_CARD: Final = "none"
CardAsked = Annotated[CardState | Literal["none"], Field(description="of the head's card; `none`: without a card")]
Size = Annotated[int, Field(ge=0, le=1000, description="members of a household")]
Chosen = Annotated[
    list[UUID], Field(min_length=1, max_length=200, description="these households only, as they were chosen in a list")
]
Order = Literal["registered", "-registered", "members", "-members", "district", "-district"]


class Asked(BaseModel):
    """Which households are wanted, all conditions at once; whatever is left out does not matter.

    `card_state` and `site_id` are those of the head's card: the one in hand, or else the one on its way, or else the
    last. `changed_from`: something about the household was decided on that day or later.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    governorate: GovernorateCode | None = None
    district: DistrictAsked | None = None
    status: HouseholdStatus | None = None
    card_state: CardAsked | None = None
    site_id: UUID | None = None
    size_from: Size | None = None
    size_to: Size | None = None
    registered_from: Day | None = None
    registered_to: Day | None = None
    changed_from: Day | None = None
    household_ids: Chosen | None = None

    @property
    def conditions(self) -> dict[str, object]:
        """The conditions that are asked for, by the names of `statements.CONDITIONS`, each with its parameter.

        Those that take none have True.
        """
        held: dict[str, object] = {
            "governorate": self.governorate,
            "household_ids": self.household_ids,
            "status": self.status,
            "site_id": self.site_id,
            "size_from": self.size_from,
            "size_to": self.size_to,
            "district": None if self.district == UNLISTED else self.district,
            "unlisted": True if self.district == UNLISTED else None,
            "no_card": True if self.card_state == NO_CARD else None,
            "card_states": _states(self.card_state),
            "registered_from": day_begins(self.registered_from) if self.registered_from else None,
            "registered_before": day_begins(self.registered_to + timedelta(days=1)) if self.registered_to else None,
            "changed_from": day_begins(self.changed_from) if self.changed_from else None,
        }
        return {name: value for name, value in held.items() if value is not None}


def _states(state: CardState | Literal["none"] | None) -> list[str] | None:
    """A state in the words it is kept in: cards in stock have two, one of the version before."""
    if state is None or state == NO_CARD:
        return None
    return ["in_stock", "ready"] if state is CardState.IN_STOCK else [str(state)]
