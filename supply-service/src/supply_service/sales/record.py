"""A sale as it is kept: one row, of which the reply, the receipt and the event are renderings (`rendering`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import starmap
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from chassis.area import Area
from supply_service.rules.figures import Figures
from supply_service.rules.remaining import left_of
from supply_service.rules.sale import Place, Sale, SoldLine
from supply_service.rules.tenders import Paid, TenderWanted


class Row(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


class SaleRecord(NamedTuple):
    """A sale. `lines` hold everything it has moved, so that a reversal can undo it.

    `left`: what remained of the month's pots, by programme; `names`: what the lines' items were called in Arabic;
    `rendering`: the version of the rules that make its reply, receipt and event of it (None: they were stored).
    """

    sale_id: UUID
    household_id: UUID
    period: date
    business_day: date
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    governorate: str
    occurred_at: datetime
    offline: bool
    conflict: str | None
    loaves: int
    goods: int
    cash: int
    lines: tuple[SoldLine, ...]
    left: Mapping[str, int]
    names: tuple[str, ...]
    tenders: tuple[Paid, ...]
    rendering: int | None

    @property
    def area(self) -> Area:
        """Where it was sold."""
        return Area(self.governorate, outlet_id=self.outlet_id)

    @property
    def wallet(self) -> int:
        """Piastres the wallet pays."""
        return sum(tender.amount for tender in self.tenders)

    def taken(self, programme: str) -> int:
        """What it took out of a pot."""
        return sum(line.taken for line in self.lines if line.programme == programme)

    def document(self) -> str:
        """What has no column of its own, as JSON."""
        members: dict[str, Any] = {
            "lines": [_line_members(line) for line in self.lines], "left": self.left, "names": self.names
        }  # fmt: skip
        if self.tenders:
            members["tenders"] = [(str(tender.payment_id), tender.amount) for tender in self.tenders]
        if self.occurred_at.utcoffset():  # told in the terminal's own time, which a column does not keep
            members["occurred_at"] = self.occurred_at.isoformat()
        return orjson.dumps(members).decode()


class ReversalRecord(NamedTuple):
    """A sale that was taken back, with what remained afterwards."""

    reversal_id: UUID
    sale: SaleRecord
    terminal_id: UUID
    outlet_id: UUID
    business_day: date
    occurred_at: datetime
    reason: str
    left: Mapping[str, int]
    rendering: int | None


def record(
    sale: Sale,
    sale_id: UUID,
    card_id: UUID,
    place: Place,
    at: datetime,
    figures: Figures,
    rendering: int,
    *,
    offline: bool,
    tenders: Iterable[TenderWanted] = (),
) -> SaleRecord:
    """The record of a sale that was decided. `figures` are those of its day."""
    period, items = sale.lines[0].period, figures.items
    return SaleRecord(
        sale_id, sale.account.household_id, period, sale.day, card_id, place.terminal_id, place.outlet_id,
        place.governorate, at, offline, sale.conflict, sale.loaves, sale.goods, sale.cash, tuple(sale.lines),
        left_of(sale.account, period),
        tuple([items[line.item].name_ar if line.item in items else line.item for line in sale.lines]),
        tuple([Paid(tender.payment_id, tender.amount) for tender in tenders]),
        rendering,
    )  # fmt: skip


SALE_COLUMNS = (
    "redemption_id, household_id, period, business_day, card_id, terminal_id, outlet_id, governorate, occurred_at,"
    " offline, conflict, loaves, goods, cash, rendering, CAST(document AS text) AS document,"
    " CAST(lines AS text) AS lines"
)


def sale_of(row: Row, tenders: Iterable[Paid] = ()) -> SaleRecord:
    """The record of a row with `SALE_COLUMNS`; `tenders` are those of a row that does not hold them itself."""
    kept = orjson.loads(row["document"]) if row["document"] is not None else {"lines": orjson.loads(row["lines"])}
    at = datetime.fromisoformat(kept["occurred_at"]) if "occurred_at" in kept else row["occurred_at"]
    paid = [Paid(UUID(payment_id), amount) for payment_id, amount in kept.get("tenders", ())]
    return SaleRecord(
        row["redemption_id"], row["household_id"], row["period"], row["business_day"], row["card_id"],
        row["terminal_id"], row["outlet_id"], row["governorate"], at, row["offline"], row["conflict"], row["loaves"],
        row["goods"], row["cash"], tuple([_line_of(line) for line in kept["lines"]]), kept.get("left", {}),
        tuple(kept.get("names", ())), tuple(paid or tenders), row["rendering"],
    )  # fmt: skip


def reversal_of(row: Row) -> ReversalRecord:
    """The record of a reversal's row, beside the columns of its sale."""
    left = orjson.loads(row["reversal_document"])["left"]
    return ReversalRecord(
        row["reversal_id"], sale_of(row, starmap(Paid, row["tenders"])), row["reversed_at_terminal"],
        row["reversed_at_outlet"],
        row["reversed_on"], row["reversed_at"], row["reason"], left, row["reversal_rendering"],
    )  # fmt: skip


def _line_members(line: SoldLine) -> dict[str, Any]:
    """The members of a line that say something."""
    members: dict[str, Any] = {
        "programme": line.programme, "item": line.item, "quantity": line.quantity, "amount": line.amount,
        "period": line.period, "taken": line.taken,
    }  # fmt: skip
    if line.days:
        members["days"] = line.days
    if line.wallet:
        members["wallet"] = line.wallet
    if line.group:
        members["group"], members["units"] = line.group, line.units
    if line.overdrawn:
        members["overdrawn"] = line.overdrawn
    if line.conflict:
        members["conflict"] = line.conflict
    return members


def _line_of(members: dict[str, Any]) -> SoldLine:
    members["period"] = date.fromisoformat(members["period"])
    members["days"] = tuple([date.fromisoformat(day) for day in members.get("days", ())])
    return SoldLine(**members)
