"""Booking the rows of an approved sheet: each is judged and booked as a sale that a terminal uploads.

A sheet has no terminal and no signature. Its rows stand in a chain of their outlet's own, under the outlet's id in the
place of a terminal's, so that all sheets of a day share one spell and a row is booked once, however often it is tried.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.refusals import Refusal
from supply_service.context import Runtime
from supply_service.offline import repository as chains
from supply_service.offline.booking import NewSale, take
from supply_service.offline.bounds import Bounds
from supply_service.offline.chain import GENESIS
from supply_service.offline.schemas import OfflineLine
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.sale import Place, figures_on
from supply_service.sheets import repository

NOBODY: Final = UUID(int=0)  # no card has this id: whoever is not known by a ration card is refused as a card would be


@dataclass(frozen=True, slots=True)
class PaperSale:
    """A row as it is judged."""

    card_id: UUID
    lines: Sequence[OfflineLine]
    price_list: str | None
    occurred_at: datetime
    notices: Sequence[UUID] = ()  # paper is printed by nobody


async def book(session: AsyncSession, runtime: Runtime, sheet: RowMapping) -> None:
    """Book what is not booked yet of a sheet. Raises Busy; what was booked until then stays booked."""
    outlet_id, figures = sheet["outlet_id"], runtime.state.snapshot.figures
    place = Place(outlet_id, outlet_id, sheet["kind"], sheet["governorate"], sheet["district"], sheet["trial"])
    await chains.lock(session, outlet_id)
    written = [row for row in await repository.rows(session, sheet["sheet_id"]) if row["status"] == "waiting"]
    version = sheet["price_list"] or _price_list(figures, sheet)
    sales = [_sale(row, version) for row in written]
    bounds = await Bounds.read(session, place, sales, figures, verified=True)
    new = []
    for row, sale in zip(written, sales, strict=True):
        document = bytes(row["document"])
        digest = hashlib.sha256(document).digest()
        link = chains.link_of(row["sequence"], row["sale_id"], GENESIS, digest, document)
        new.append(NewSale(link, sale, bounds.judge(sale, marked=row["holder_mark"])))
    if new:
        await take(session, runtime, place, new)


def _sale(row: RowMapping, price_list: str | None) -> PaperSale:
    lines = [OfflineLine.model_validate(line) for line in orjson.loads(row["document"])["lines"]]
    return PaperSale(row["card_id"] or NOBODY, lines, price_list, row["occurred_at"])


def _price_list(figures: FiguresByDay, sheet: RowMapping) -> str | None:
    """The list of the sheet's day; where the books have no figures of it, the rules say so of each row."""
    try:
        return figures_on(figures, sheet["day"]).price_list
    except Refusal:
        return None
