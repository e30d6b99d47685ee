"""What crosses the wire about searches."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.registry.schemas import CitizenOut, MobileText, NameText, NationalIdText, RationCardText
from chassis.personal import Personal
from chassis.places import GovernorateCode

CardNumberText = Annotated[str, Field(min_length=1, max_length=40, description="16 digits, as printed on the card")]


class CitizenSearch(BaseModel):
    """A national id, the mobile a citizen gave, a card's number, a ration card's, or a name as far as it is known.

    A national id that was corrected finds its bearer, too; a ration card finds the members of its household.
    A name is found whichever way it is typed: some of its words in any order, compounds in one word or two. Date or
    year of birth narrow it. `governorate` is for callers who are bound to none.
    """

    model_config = ConfigDict(extra="forbid")

    national_id: Annotated[NationalIdText | None, Personal.IDENTITY] = None
    mobile: Annotated[MobileText | None, Personal.CONTACT] = None
    card_number: Annotated[CardNumberText | None, Personal.CARD] = None
    ration_card: Annotated[RationCardText | None, Personal.HOUSEHOLD] = None
    name: Annotated[NameText | None, Personal.IDENTITY] = None
    birth_date: Annotated[date | None, Personal.IDENTITY] = None
    birth_year: Annotated[int | None, Field(strict=True, ge=1900, le=2100), Personal.IDENTITY] = None
    governorate: GovernorateCode | None = None
    after: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(strict=True, ge=1, le=100)] = 50

    @model_validator(mode="after")
    def _one(self) -> CitizenSearch:
        keys = (self.national_id, self.mobile, self.card_number, self.ration_card, self.name)
        if sum(one is not None for one in keys) != 1:
            raise ValueError("search by national_id, mobile, card_number, ration_card or name, by one of them")
        narrowing = {"birth_date", "birth_year", "governorate", "after", "limit"} & self.model_fields_set
        if self.name is None and narrowing:
            raise ValueError("birth_date, birth_year, governorate, after and limit go with a name")
        return self


class CitizenPage(BaseModel):
    """The citizens found; of many with a name a page, `next` goes into `after` for what comes behind it."""

    items: list[CitizenOut]
    next: UUID | None = None
