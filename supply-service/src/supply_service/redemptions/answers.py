"""The documents a decision leaves behind: the reply, the stored lines, the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.event import Event
from contracts.supply import (
    BreadPointsCredited,
    OfflineConflictFound,
    PotGranted,
    RedemptionReversed,
    Remaining,
    Tender,
    TenderReversed,
)
from supply_service.redemptions.items import ReversalItem, SaleItem
from supply_service.rules import wording
from supply_service.rules.account import Account, month_after
from supply_service.rules.figures import PROGRAMMES, UNITS, Figures
from supply_service.rules.redeem import Sale, SoldLine
from supply_service.rules.reverse import Reversal
from supply_service.rules.tenders import WALLET, TenderWanted

CREATED = 201


def remaining(account: Account, period: date) -> list[dict[str, Any]]:
    """What is left of every pot of a month."""
    return [
        {"programme": pot.programme, "unit": UNITS[pot.programme], "remaining": pot.remaining, "period": period}
        for programme in PROGRAMMES
        if (pot := account.pots.get((programme, period))) is not None
    ]


def sale_body(
    sale: Sale, item: SaleItem, redemption_id: UUID, at: datetime, figures: Figures, left: list[dict[str, Any]]
) -> bytes:
    """The reply to a draw; `left` is what remains of the month's pots."""
    message_ar, message_en = wording.sale(sale)
    return orjson.dumps(
        {
            "redemption_id": redemption_id,
            "card_id": item.card_id,
            "business_day": sale.day,
            "occurred_at": at,
            "lines": [line_reply(line) for line in sale.lines],
            "cash_due": sale.cash,
            "tenders": tenders(item.tenders),
            "remaining": left,
            "message_ar": message_ar,
            "message_en": message_en,
            "receipt_lines_ar": wording.receipt_ar(sale, figures),
        },
        default=str,  # the driver's own UUID type, which orjson does not know
        option=orjson.OPT_UTC_Z,
    )


def reversal_body(done: Reversal, item: ReversalItem, reversal_id: UUID, now: datetime) -> bytes:
    """The reply to a reversal."""
    message_ar, message_en = wording.reversal(done.account, item.sale.lines)
    return orjson.dumps(
        {
            "reversal_id": reversal_id,
            "redemption_id": item.redemption_id,
            "card_id": item.card_id,
            "business_day": done.day,
            "occurred_at": now,
            "cash_returned": item.sale.cash,
            "tenders": tenders(item.sale.tenders),
            "remaining": remaining(done.account, item.sale.lines[0].period),
            "message_ar": message_ar,
            "message_en": message_en,
        },
        default=str,  # the driver's own UUID type, which orjson does not know
        option=orjson.OPT_UTC_Z,
    )


def line_reply(line: SoldLine) -> dict[str, Any]:
    """A line of the reply."""
    shown: dict[str, Any] = {
        "programme": line.programme,
        "item": line.item,
        "quantity": line.quantity,
        "amount": line.amount,
    }
    if line.wallet:
        shown["wallet"] = line.wallet
    if line.days:
        shown["days"] = line.days
    return shown


def tenders(paid: Iterable[TenderWanted]) -> list[dict[str, Any]]:
    """What the wallet pays."""
    return [{"kind": WALLET, "payment_id": str(t.payment_id), "amount": t.amount} for t in paid]


def lines_json(lines: Iterable[SoldLine]) -> str:
    """The lines as they are kept, so that a reversal finds everything a draw has moved."""
    return orjson.dumps([_told(line) for line in lines]).decode()


def _told(line: SoldLine) -> dict[str, Any]:
    """The members of a line that say something."""
    told: dict[str, Any] = line_reply(line)
    told["period"] = line.period
    told["taken"] = line.taken
    if line.group:
        told["group"], told["units"] = line.group, line.units
    if line.overdrawn:
        told["overdrawn"] = line.overdrawn
    if line.conflict:
        told["conflict"] = line.conflict
    return told


def lines_from(stored: str | bytes) -> tuple[SoldLine, ...]:
    """The lines read back."""
    lines = []
    for line in orjson.loads(stored):
        line["period"] = date.fromisoformat(line["period"])
        line["days"] = tuple(date.fromisoformat(day) for day in line.get("days", ()))
        lines.append(SoldLine(**line))
    return tuple(lines)


def redeemed(sale: Sale, item: SaleItem, redemption_id: UUID, at: datetime, left: list[dict[str, Any]]) -> bytes:
    """The payload of `Redeemed`, written directly: the model would cost as much as the decision itself.

    A contract test holds it to the model byte for byte.
    """
    place = item.place
    return orjson.dumps(
        {
            "redemption_id": redemption_id,
            "household_id": str(sale.account.household_id),
            "card_id": item.card_id,
            "terminal_id": place.terminal_id,
            "outlet_id": place.outlet_id,
            "governorate": place.governorate,
            "business_day": sale.day,
            "occurred_at": at,
            "offline": item.signed is not None,
            "lines": [
                {"programme": s.programme, "item": s.item, "quantity": s.quantity, "amount": s.amount}
                for s in sale.lines
            ],
            "remaining": left,
            "tenders": tenders(item.tenders),
        },
        option=orjson.OPT_UTC_Z,
    )


def opening_events(sale: Sale) -> Iterable[Event]:
    """The events of pots that a draw opened on its way."""
    household_id = sale.account.household_id
    for granted in sale.granted:
        yield PotGranted(
            household_id=household_id,
            programme=granted.programme,
            period=granted.period,
            granted=granted.granted,
            unit="loaf" if UNITS[granted.programme] == "loaf" else "piastre",
        )
    for credited in sale.credited:
        yield BreadPointsCredited(
            household_id=household_id, period=credited.period, loaves=credited.loaves, piastres=credited.piastres
        )


def conflict_event(sale: Sale, item: SaleItem, redemption_id: UUID, reason: str) -> Event:
    """The event of an offline sale that did not fit."""
    return OfflineConflictFound(
        redemption_id=redemption_id,
        household_id=sale.account.household_id,
        card_id=item.card_id,
        terminal_id=item.place.terminal_id,
        outlet_id=item.place.outlet_id,
        reason=reason,
        overdrawn=_overdrawn(sale.lines),
    )


def reversal_events(done: Reversal, item: ReversalItem, reversal_id: UUID, now: datetime) -> Iterable[Event]:
    """The events of a reversal."""
    told = RedemptionReversed(
        reversal_id=reversal_id,
        redemption_id=item.redemption_id,
        household_id=item.sale.household_id,
        card_id=item.card_id,
        terminal_id=item.place.terminal_id,
        outlet_id=item.place.outlet_id,
        business_day=done.day,
        occurred_at=now,
        remaining=[Remaining(**left) for left in remaining(done.account, item.sale.lines[0].period)],
        tenders=[Tender(kind=WALLET, payment_id=t.payment_id, amount=t.amount) for t in item.sale.tenders],
    )
    yield told
    if told.tenders:
        yield TenderReversed(**dict(told))


def _overdrawn(lines: Sequence[SoldLine]) -> list[Remaining]:
    """What is owed, as a negative remainder of the month it is booked against."""
    return [
        Remaining(
            programme=line.programme,
            unit="loaf" if UNITS[line.programme] == "loaf" else "piastre",
            remaining=-line.overdrawn,
            period=month_after(line.period),
        )
        for line in lines
        if line.overdrawn
    ]
