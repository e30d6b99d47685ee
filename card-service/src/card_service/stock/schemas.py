"""What crosses the wire about stock. Cards are named by their ids, as the codes printed on them say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.cards.lifecycle import CardState
from chassis.paging import Page
from chassis.personal import Personal, Whose

MOST = 20_000
_Cards = Annotated[list[UUID], Field(max_length=MOST)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DispatchIn(_In):
    """To which site so many produced cards are sent; of one phase if it is named."""

    site_id: UUID
    phase_id: UUID | None = None
    count: Annotated[int, Field(strict=True, ge=1, le=MOST)]


class OutgoingIn(_In):
    """Cards that leave a site, to another one or, where none is named, back to the governorate's store."""

    card_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)]
    to_site_id: UUID | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.card_ids)) < len(self.card_ids):
            raise ValueError("a card is named twice")
        return self


class ReceiptIn(_In):
    """What was counted when a consignment came: the cards that were in it, and those of them that are damaged."""

    card_ids: _Cards
    damaged: _Cards = []

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if set(self.card_ids) & set(self.damaged):
            raise ValueError("a card is damaged or not")
        return self


class ConsignmentOut(BaseModel):
    """A consignment and, once it was received, what was counted."""

    consignment_id: UUID
    governorate: str
    from_site: Annotated[UUID | None, Field(description="null: the governorate's store")]
    to_site: Annotated[UUID | None, Field(description="null: the governorate's store")]
    dispatched_at: datetime
    dispatched_by: str
    received_at: datetime | None
    received_by: str | None
    cards: int
    received: int
    missing: int
    damaged: int
    surplus: int


class ConsignmentPage(Page[ConsignmentOut, UUID]):
    """Consignments, the newest first."""


class ConsignedCard(BaseModel):
    """A card of a consignment, or one that was counted and is not on its list."""

    card_id: Annotated[UUID, Whose.CARD]
    outcome: Annotated[
        str | None, Personal.CARD, Field(description="received, missing, damaged or surplus; null before")
    ]


class ConsignmentList(ConsignmentOut):
    """A consignment with its cards."""

    items: list[ConsignedCard]


class CardToSend(BaseModel):
    """A card that lies here and is to be collected at another site: its holder has chosen that, or was given it."""

    card_id: Annotated[UUID, Whose.CARD]
    to_site: UUID
    name_ar: str
    name_en: str
    expected_on: Annotated[date | None, Personal.CARD, Field(description="by when it is to be there")]


class CardsToSend(Page[CardToSend, UUID]):
    """Cards to be sent to other sites, by their ids."""


class StockOut(BaseModel):
    """A site's cards on a day: opening + received − issued − spoiled − returned − ended = closing.

    Cards of trials are none of these.
    """

    site_id: UUID
    day: date
    opening: int
    received: int
    issued: int
    spoiled: int
    returned: int
    ended: Annotated[int, Field(description="closed or expired while they lay there")]
    closing: int
    on_the_way: Annotated[int, Field(description="dispatched to the site and not received")]
    of_trials: Annotated[int, Field(description="cards of trials that lie there now")]
    count: CountOut | None


class LyingOut(BaseModel):
    """A card of a site, its holder's name masked, its state now."""

    card_id: Annotated[UUID, Whose.CARD]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    state: Annotated[CardState, Personal.CARD]


class LyingPage(Page[LyingOut, UUID]):
    """Cards of a site, by their ids."""


class MovementOut(LyingOut):
    """A step by which a card came to a site or left it."""

    step_id: UUID
    at: Annotated[datetime, Personal.CARD]


class MovementPage(Page[MovementOut, UUID]):
    """Steps of a day, in their order."""


class CountIn(_In):
    """What a clerk has counted at a site now, without cards of trials; one by one where they were scanned.

    Cards of trials among those that were scanned are left out.
    """

    counted: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
    card_ids: Annotated[list[UUID] | None, Field(max_length=MOST)] = None
    note: Annotated[str | None, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]+$")] = None


class CountOut(BaseModel):
    """The last count of a day: `difference` is zero, or how many cards are too many (below zero: missing)."""

    count_id: UUID
    expected: int
    counted: int
    difference: int
    cards: Annotated[list[ConsignedCard], Field(description="by which it differs, where they were scanned")]
    counted_at: datetime
    counted_by: str
    note: str | None


StockOut.model_rebuild()
