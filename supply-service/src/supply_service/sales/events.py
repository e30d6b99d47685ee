"""The events around a sale and of its reversal. `Redeemed` itself is a rendering of the sale's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

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
from supply_service.rules.account import Account, Credited, Granted, month_after
from supply_service.rules.figures import UNITS
from supply_service.rules.remaining import remaining_members
from supply_service.rules.sale import SoldLine
from supply_service.rules.tenders import WALLET
from supply_service.sales.record import ReversalRecord, SaleRecord


class Opened(Protocol):
    """What opened months on its way: a sale, or opening itself."""

    account: Account
    granted: list[Granted]
    credited: list[Credited]


def opening(opened: Opened) -> Iterable[Event]:
    """Pots that were opened."""
    household_id = opened.account.household_id
    for granted in opened.granted:
        yield PotGranted(
            household_id=household_id,
            programme=granted.programme,
            period=granted.period,
            granted=granted.granted,
            unit="loaf" if UNITS[granted.programme] == "loaf" else "piastre",
        )
    for credited in opened.credited:
        yield BreadPointsCredited(
            household_id=household_id, period=credited.period, loaves=credited.loaves, piastres=credited.piastres
        )


def conflict(sale: SaleRecord) -> Event:
    """An offline sale that did not fit."""
    return OfflineConflictFound(
        redemption_id=sale.sale_id,
        household_id=sale.household_id,
        card_id=sale.card_id,
        terminal_id=sale.terminal_id,
        outlet_id=sale.outlet_id,
        reason=sale.conflict or "",
        overdrawn=_overdrawn(sale.lines),
    )


def reversal(done: ReversalRecord) -> Iterable[Event]:
    """A reversal, and what payments hear of it."""
    sale = done.sale
    event = RedemptionReversed(
        reversal_id=done.reversal_id,
        redemption_id=sale.sale_id,
        household_id=sale.household_id,
        card_id=sale.card_id,
        terminal_id=done.terminal_id,
        outlet_id=done.outlet_id,
        business_day=done.business_day,
        occurred_at=done.occurred_at,
        remaining=[Remaining(**left) for left in remaining_members(done.left, sale.period)],
        tenders=[Tender(kind=WALLET, payment_id=t.payment_id, amount=t.amount) for t in sale.tenders],
    )
    yield event
    if event.tenders:
        yield TenderReversed(**dict(event))


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
