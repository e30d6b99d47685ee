"""A sale as it is kept: one row, of which the reply, the receipt and the event are renderings (`rendering`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import starmap
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import orjson

from chassis.clock import business_day, month_start
from supply_service.rules import bread
from supply_service.rules.account import NO_UNITS
from supply_service.rules.figures import Figures
from supply_service.rules.keys import BREAD, FLOUR, is_grant
from supply_service.rules.remaining import left_after
from supply_service.rules.sale import Place, Sale, SoldLine
from supply_service.rules.tenders import Paid, TenderWanted

PAID_IN_CASH = (BREAD, FLOUR)  # the amount of a line is what its holder pays
NO_GRANTS: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


class Row(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


class SaleRecord(NamedTuple):
    """A sale. `lines` hold everything it has moved, so that a reversal can undo it.

    `left`: what remained of the month's pots, by programme; `names`: what the lines' items were called in Arabic;
    `names_en`: the same in English, empty of sales that were made before it was kept;
    `forfeit`: loaves of the month's pot that cannot be drawn any more, and become points;
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
    forfeit: int = 0
    presence: str | None = None  # how the holder's presence was proved, `away` where it could not be, None below limits
    grants: Mapping[str, Sequence[str]] = NO_GRANTS  # what its grants are called, in Arabic and in English
    names_en: tuple[str, ...] = ()
    notices: tuple[UUID, ...] = ()  # that its receipt was printed with, as the terminal said

    @property
    def wallet(self) -> int:
        """Piastres the wallet pays."""
        return sum(tender.amount for tender in self.tenders)

    @property
    def difference(self) -> int:
        """Piastres of goods beyond the allowance that the holder pays in cash."""
        if not self.cash or (len(self.lines) == 1 and self.loaves):  # bread alone, as nearly always
            return 0
        return sum(line.cash for line in self.lines)

    @property
    def granted(self) -> int:
        """Piastres of goods that grants paid."""
        return sum(line.amount for line in self.lines if is_grant(line.programme)) if self.grants else 0

    @property
    def bought(self) -> int:
        """Piastres of goods that pots paid, those of grants among them."""
        return self.goods + self.granted

    def taken(self, programme: str) -> int:
        """What it took out of a pot."""
        return sum(line.taken for line in self.lines if line.programme == programme)

    def document(self) -> str:
        """What has no column of its own, as JSON."""
        members: dict[str, object] = {
            "lines": [_line_members(line) for line in self.lines], "left": self.left, "names": self.names
        }  # fmt: skip
        if self.names_en:
            members["names_en"] = self.names_en
        if self.tenders:
            members["tenders"] = [(str(tender.payment_id), tender.amount) for tender in self.tenders]
        if self.forfeit:
            members["forfeit"] = self.forfeit
        if self.presence:
            members["presence"] = self.presence
        if self.notices:
            members["notices"] = [str(notice) for notice in self.notices]
        if self.grants:
            members["grants"] = self.grants
        if self.occurred_at.utcoffset():  # told in the terminal's own time, which a column does not keep
            members["occurred_at"] = self.occurred_at.isoformat()
        return orjson.dumps(members).decode()


class ReversalRecord(NamedTuple):
    """A sale that was taken back, with what remained afterwards. `only`: the lines' places, None where all were.

    `lapsed`: what was given back and can no longer be drawn, by programme; `forfeit`: loaves of the pot that cannot be
    drawn, and become points; `credited`: piastres by which the next month's points were raised.
    """

    reversal_id: UUID
    sale: SaleRecord
    terminal_id: UUID
    outlet_id: UUID
    business_day: date
    occurred_at: datetime
    reason: str
    left: Mapping[str, int]
    rendering: int | None
    only: tuple[int, ...] | None = None
    lapsed: Mapping[str, int] = NO_UNITS
    forfeit: int = 0
    credited: int = 0

    @property
    def month_is_over(self) -> bool:
        """Whether it was taken back in a later month than its own."""
        return month_start(business_day(self.occurred_at)) != self.sale.period

    @property
    def lines(self) -> tuple[SoldLine, ...]:
        """The lines taken back."""
        lines = self.sale.lines
        return lines if self.only is None else tuple([lines[index] for index in self.only])

    @property
    def loaves(self) -> int:
        """Loaves taken back."""
        return sum(line.quantity for line in self.lines if line.programme == BREAD)

    @property
    def flour(self) -> int:
        """Kilograms of flour taken back."""
        return sum(line.quantity for line in self.lines if line.programme == FLOUR)

    @property
    def goods(self) -> int:
        """Piastres of pots for goods taken back, without those of grants."""
        return sum(
            line.amount for line in self.lines if line.programme not in PAID_IN_CASH and not is_grant(line.programme)
        )

    @property
    def cash(self) -> int:
        """Piastres the holder gets back in cash."""
        return sum(line.amount if line.programme in PAID_IN_CASH else line.cash for line in self.lines)

    def document(self) -> str:
        """What has no column of its own, as JSON."""
        members: dict[str, object] = {"left": self.left}
        if self.only is not None:
            members["only"] = self.only
        if self.lapsed:
            members["lapsed"] = dict(self.lapsed)
        if self.forfeit:
            members["forfeit"] = self.forfeit
        if self.credited:
            members["credited"] = self.credited
        return orjson.dumps(members).decode()


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
    presence: str | None = None,
    notices: Iterable[UUID] = (),
) -> SaleRecord:
    """The record of a sale that was decided. `figures` are those of its day."""
    period, items = month_start(sale.day), figures.items
    pot = sale.account.pots[(BREAD, period)] if sale.loaves else None
    return SaleRecord(
        sale_id, sale.account.household_id, period, sale.day, card_id, place.terminal_id, place.outlet_id,
        place.governorate, at, offline, sale.conflict, sale.loaves, sale.goods, sale.cash, tuple(sale.lines),
        left_after(sale.account, period, sale.lines),
        tuple([items[line.item].name_ar if line.item in items else line.item for line in sale.lines]),
        tuple([Paid(tender.payment_id, tender.amount) for tender in tenders]),
        rendering, bread.forfeit(pot, sale.day, figures) if pot is not None else 0, presence,
        _named(sale, figures),
        tuple([items[line.item].name_en if line.item in items else line.item for line in sale.lines]),
        tuple(dict.fromkeys(notices)) if notices else (),
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
        tuple(kept.get("names", ())), tuple(paid or tenders), row["rendering"], kept.get("forfeit", 0),
        kept.get("presence"), kept.get("grants", NO_GRANTS), tuple(kept.get("names_en", ())),
        tuple([UUID(notice) for notice in kept.get("notices", ())]),
    )  # fmt: skip


def _named(sale: Sale, figures: Figures) -> Mapping[str, Sequence[str]]:
    """What the grants that paid a part of a sale are called; a list that has changed since leaves their codes."""
    if not sale.granted_goods:
        return NO_GRANTS
    paying = dict.fromkeys(line.programme for line in sale.lines if is_grant(line.programme))
    known = {programme: figures.grants.get(programme) for programme in paying}
    return {name: (one.name_ar, one.name_en) if one else (name, name) for name, one in known.items()}


def reversal_of(row: Row) -> ReversalRecord:
    """The record of a reversal's row, beside the columns of its sale."""
    kept = orjson.loads(row["reversal_document"])
    only = tuple(kept["only"]) if "only" in kept else None
    return ReversalRecord(
        row["reversal_id"], sale_of(row, starmap(Paid, row["tenders"])), row["reversed_at_terminal"],
        row["reversed_at_outlet"],
        row["reversed_on"], row["reversed_at"], row["reason"], kept["left"], row["reversal_rendering"], only,
        kept.get("lapsed", NO_UNITS), kept.get("forfeit", 0), kept.get("credited", 0),
    )  # fmt: skip


def _line_members(line: SoldLine) -> dict[str, object]:
    """The members of a line that say something."""
    members: dict[str, object] = {
        "programme": line.programme, "item": line.item, "quantity": line.quantity, "amount": line.amount,
        "period": line.period, "taken": line.taken,
    }  # fmt: skip
    if line.days:
        members["days"] = line.days
    if line.wallet:
        members["wallet"] = line.wallet
    if line.cash:
        members["cash"] = line.cash
    if line.group:
        members["group"], members["units"] = line.group, line.units
    if line.overdrawn:
        members["overdrawn"] = line.overdrawn
    if line.conflict:
        members["conflict"] = line.conflict
    if line.points_back or line.points_owed:
        members["points_back"], members["points_owed"] = line.points_back, line.points_owed
    return members


def _line_of(members: dict[str, Any]) -> SoldLine:
    members["period"] = date.fromisoformat(members["period"])
    members["days"] = tuple([date.fromisoformat(day) for day in members.get("days", ())])
    return SoldLine(**members)
