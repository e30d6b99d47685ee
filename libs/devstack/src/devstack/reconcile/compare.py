"""What must agree of a business day, outlet by outlet and in total. Pure: documents in, differences out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Document = Mapping[str, Any]

TOTAL = "total"
QUANTITIES = ("loaves", "goods_amount", "grants_amount")
NOTHING_BOOKED = {"captured": 0, "refunded": 0, "settled": 0, "not_captured": 0, "not_refunded": 0}


@dataclass(frozen=True, slots=True)
class Finding:
    """Two places that do not agree: a `difference` that cannot be, or something `open` that is still to come."""

    outlet_id: str
    kind: Literal["difference", "open"]
    what: str
    one: int
    other: int

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.outlet_id}: {self.what}: {self.one} and {self.other}"


@dataclass(slots=True)
class Row:
    """An outlet's day in one line; piastres and loaves."""

    outlet_id: str
    loaves: int = 0
    goods: int = 0
    pot_loaves: int = 0
    pot_goods: int = 0
    settlement: int = 0
    ledger_settlement: int = 0
    wallet: int = 0
    ledger_wallet: int = 0

    def add(self, other: Row) -> None:
        """Take another row into a total."""
        for name in self.__slots__[1:]:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Result:
    """The whole day."""

    day: str
    rows: list[Row] = field(default_factory=list)
    total: Row = field(default_factory=lambda: Row(TOTAL))
    findings: list[Finding] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether every piastre is in its place and nothing is still to come."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Books:
    """What the services answered about a day."""

    day: str
    outlets: Iterable[Document]
    merchants: Iterable[Document]
    settlement_totals: Document
    pot_proof: Document
    ledger_proof: Document


def compare(books: Books) -> Result:
    """Hold everything against everything."""
    result = Result(books.day)
    merchants = {merchant["merchant_id"]: merchant for merchant in books.merchants}
    for outlet in sorted(books.outlets, key=lambda outlet: str(outlet["outlet_id"])):
        booked = merchants.pop(outlet["outlet_id"], NOTHING_BOOKED)
        row = _row(outlet, booked)
        result.rows.append(row)
        result.total.add(row)
        result.findings.extend(_outlet(outlet, booked, row))
    for merchant_id, booked in sorted(merchants.items()):
        moved = booked["settled"] + booked["captured"] - booked["refunded"]
        result.findings.append(_difference(merchant_id, "sold nothing, but the ledger has", 0, moved))
    result.findings.extend(_totals(books, result.total))
    return result


def _row(outlet: Document, booked: Document) -> Row:
    sales = outlet["sales"]
    return Row(
        outlet["outlet_id"],
        sales["loaves"],
        sales["goods_amount"],
        outlet["entries"]["loaves"],
        outlet["entries"]["goods_amount"],
        outlet["settlement_amount"] or 0,
        booked["settled"],
        sales["wallet_amount"] - sales["wallet_unpaid"],
        booked["captured"] - booked["refunded"],
    )


def _outlet(outlet: Document, booked: Document, row: Row) -> Iterator[Finding]:
    outlet_id, sales = outlet["outlet_id"], outlet["sales"]
    for name in QUANTITIES:
        if sales[name] != outlet["entries"][name]:
            yield _difference(outlet_id, f"{name} sold and moved in pots", sales[name], outlet["entries"][name])
        if outlet["closed"] and sales[name] != outlet["counted"][name]:
            yield _open(outlet_id, f"{name} sold and counted by closed days", sales[name], outlet["counted"][name])
    if not outlet["closed"]:
        yield _open(outlet_id, "the day is not closed; sales", sales["redemptions"], 0)
    elif outlet["settlement_state"] != "calculated":
        yield _open(outlet_id, "the settlement waits for a rate; sales", sales["redemptions"], 0)
    else:
        yield from _settled(outlet)
    if row.settlement != row.ledger_settlement:
        yield _difference(outlet_id, "settlement and ledger", row.settlement, row.ledger_settlement)
    if row.wallet != row.ledger_wallet:
        yield _difference(outlet_id, "paid by wallets and ledger", row.wallet, row.ledger_wallet)
    if sales["wallet_unpaid"]:
        yield _difference(outlet_id, "sold on wallets and not paid by them", sales["wallet_unpaid"], 0)
    if booked["not_captured"] - booked["not_refunded"] != sales["wallet_unpaid"]:
        unbooked = booked["not_captured"] - booked["not_refunded"]
        yield _difference(outlet_id, "unpaid parts in sales and ledger", sales["wallet_unpaid"], unbooked)


def _settled(outlet: Document) -> Iterator[Finding]:
    outlet_id = outlet["outlet_id"]
    for name in QUANTITIES:
        counted, settled = outlet["counted"][name], outlet["settled"][name]
        if counted != settled:
            yield _difference(outlet_id, f"{name} counted by closed days and settled", counted, settled)
    if outlet["settlement_amount"] != outlet["components_amount"]:
        amounts = outlet["settlement_amount"], outlet["components_amount"]
        yield _difference(outlet_id, "settlement and its components", *amounts)


def _totals(books: Books, total: Row) -> Iterator[Finding]:
    settled = books.settlement_totals["amount"]
    if settled != total.settlement:
        yield _difference(TOTAL, "settlements of the day and of its outlets", settled, total.settlement)
    by_rate = sum(rate["amount"] for rate in books.settlement_totals["rates"])
    if settled != by_rate:
        yield _difference(TOTAL, "settlements of the day and by rate", settled, by_rate)
    if not books.pot_proof["sound"]:
        yield _difference(TOTAL, "pots that their entries do not prove", books.pot_proof["unproved"], 0)
    if not books.ledger_proof["sound"]:
        for name in ("sum_of_balances", "sum_of_entries", "balances_off", "holds_off", "overdrawn"):
            if books.ledger_proof[name]:
                yield _difference(TOTAL, f"ledger proof: {name}", books.ledger_proof[name], 0)


def _difference(outlet_id: str, what: str, one: int, other: int) -> Finding:
    return Finding(outlet_id, "difference", what, one, other)


def _open(outlet_id: str, what: str, one: int, other: int) -> Finding:
    return Finding(outlet_id, "open", what, one, other)
