"""What crosses the wire about the catalogue."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from supply_service.catalogue.examples import CATALOGUE
from supply_service.rules.figures import Measure


class LimitReply(BaseModel):
    """How many units of the item's group a household may have in a month."""

    units_each: int = Field(description="units one of this item counts for")
    per_person: int | None
    per_card: int | None
    by_members: list[tuple[int, int]] | None = Field(description="[from members, units] where the size decides")


class CatalogueItem(BaseModel):
    """An item on sale on the day asked for."""

    item: str
    name_ar: str
    name_en: str
    unit: Measure | None = Field(default=None, description="what `content` is counted in")
    content: int | None = Field(default=None, description="how much of it one of the item has, null if unknown")
    prices: dict[str, int] = Field(description="piastres by programme")
    free_price: int | None = Field(
        default=None,
        description="piastres for which anybody buys it (`POST /v1/free-sales`), null where no price is set",
    )
    limit_group: str | None = Field(description="items of a group share one limit")
    limit: LimitReply | None


class GrantOnSale(BaseModel):
    """A grant that is given on the day; items with a price under its `programme` are all it buys."""

    programme: str
    name_ar: str
    name_en: str
    since: date
    until: date | None
    limits: dict[str, int] = Field(description="most pieces by kind (rice), else group (oil), else item")
    instalments: int | None = Field(description="most sales of a card in a calendar month, null without such a rule")


class Catalogue(BaseModel):
    """Everything on sale on a day."""

    model_config = ConfigDict(json_schema_extra={"examples": [CATALOGUE]})

    on: date
    price_list: str = Field(
        description="version of the day's prices: SHA-256 of them as canonical JSON, `{programme: {item: piastres}}`"
    )
    items: list[CatalogueItem]
    grants: list[GrantOnSale]
    next: None = None
