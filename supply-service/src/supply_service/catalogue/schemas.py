"""What crosses the wire about the catalogue."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field


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
    prices: dict[str, int] = Field(description="piastres by programme")
    limit_group: str | None = Field(description="items of a group share one limit")
    limit: LimitReply | None


class Catalogue(BaseModel):
    """Everything on sale on a day."""

    on: date
    items: list[CatalogueItem]
    next: None = None
