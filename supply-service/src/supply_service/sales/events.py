"""The events around a sale and of its reversal. `Redeemed` itself is a rendering of the sale's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID, uuid5

from contracts.event import Event
from contracts.supply import (
    BreadPointsCredited,
    CashSupportDue,
    FlourGranted,
    OfflineConflictFound,
    PotGranted,
    RedemptionReversed,
    Remaining,
    Tender,
    TenderReversed,
)
from supply_service.rules.account import Account, Credited, Granted, month_after
from supply_service.rules.cash import CashDue
from supply_service.rules.keys import FLOUR
from supply_service.rules.remaining import told_members, told_unit, windows_of
from supply_service.rules.sale import SoldLine
from supply_service.rules.tenders import WALLET
from supply_service.sales.record import ReversalRecord, SaleRecord


class Opened(Protocol):
    """What opened months on its way: a sale, or opening itself."""

    account: Account
    granted: list[Granted]
    credited: list[Credited]
    paid: list[CashDue]


def opening(opened: Opened) -> Iterable[Event]:
    """Pots that were opened."""
    household_id = opened.account.household_id
    for programme, period, granted in opened.granted:
        if programme == FLOUR:
            yield FlourGranted(household_id=household_id, period=period, granted=granted, remaining=granted)
            continue
        yield PotGranted(
            household_id=household_id, programme=programme, period=period, granted=granted, unit=told_unit(programme)
        )
    yield from credited(household_id, opened.credited)
    if not opened.account.trial:  # what is due as cash is paid by people who look at no card
        yield from cash_due(household_id, opened.paid)


def credited(household_id: UUID, loaves: Iterable[Credited]) -> Iterable[Event]:
    """Loaves that became points, with their month's end or, where they came back after it, by themselves."""
    for one in loaves:
        yield BreadPointsCredited(
            household_id=household_id, period=one.period, loaves=one.loaves, piastres=one.piastres
        )


def cash_due(household_id: UUID, paid: Iterable[CashDue]) -> Iterable[Event]:
    """What is due as cash. The id follows from what it brings the month to: the same is never due twice."""
    for due in paid:
        yield CashSupportDue(
            due_id=uuid5(household_id, f"{due.programme}:{due.period}:{due.total}"),
            household_id=household_id,
            programme=due.programme,
            period=due.period,
            amount=due.amount,
            members=due.members,
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
        remaining=[Remaining(**left) for left in told_members(done.left, sale.period, windows_of(sale.lines))],
        flour_remaining=done.left.get(FLOUR),
        tenders=[Tender(kind=WALLET, payment_id=t.payment_id, amount=t.amount) for t in sale.tenders],
        lines=None if done.only is None else list(done.only),
    )
    yield event
    if event.tenders:
        yield TenderReversed(**dict(event))


def _overdrawn(lines: Sequence[SoldLine]) -> list[Remaining]:
    """What is owed, as a negative remainder of the month it is booked against."""
    return [
        Remaining(
            programme=line.programme,
            unit=told_unit(line.programme),
            remaining=-line.overdrawn,
            period=month_after(line.period),
        )
        for line in lines
        if line.overdrawn
    ]
