"""The catalogue: what is sold on the card, from its file into the database and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from policybook.files import PolicyFileError, Word, read_rows
from supply_service.rules.figures import Item, Measure

FILE = "catalogue.yaml"

_ITEMS = text(
    "SELECT item, name_ar, name_en, unit, content, limit_group, limit_units, limit_kind FROM catalogue_item"
    " ORDER BY item"
)
_PUT_ITEM = text(
    "INSERT INTO catalogue_item (item, name_ar, name_en, unit, content, limit_group, limit_units, limit_kind)"
    " VALUES (:item, :name_ar, :name_en, :unit, :content, :limit_group, :limit_units, :limit_kind)"
    " ON CONFLICT (item) DO UPDATE SET name_ar = excluded.name_ar, name_en = excluded.name_en,"
    " unit = excluded.unit, content = excluded.content,"
    " limit_group = excluded.limit_group, limit_units = excluded.limit_units,"
    " limit_kind = excluded.limit_kind"
)


class _ItemRow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    item: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    name_ar: Word
    name_en: Word
    unit: Measure
    content: Annotated[int, Field(ge=1)] | None = None
    limit_group: Word | None = None
    limit_units: Annotated[int, Field(ge=1)] = 1
    limit_kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] | None = None


def read_items(folder: Path) -> dict[str, Item]:
    """The catalogue of a folder by the items' codes. Raises PolicyFileError."""
    items: dict[str, Item] = {}
    for where, row in read_rows(folder / FILE, "items", _ItemRow):
        if row.item in items:
            raise PolicyFileError(f"{where}: the item stands there twice")
        items[row.item] = Item(**dict(row))
    return items


async def items(session: AsyncSession) -> Mapping[str, Item]:
    """The catalogue in the database."""
    return {row["item"]: Item(**row) for row in (await session.execute(_ITEMS)).mappings()}


async def put_items(session: AsyncSession, rows: Iterable[Item]) -> None:
    """Enter items, or correct what is said of them."""
    for item in rows:
        values = {name: getattr(item, name) for name in _ItemRow.model_fields}
        await session.execute(_PUT_ITEM, values)
