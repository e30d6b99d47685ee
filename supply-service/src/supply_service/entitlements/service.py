"""Use cases: what a household has left, for a terminal or a citizen. Looking never opens a month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.clock import business_day, month_start
from chassis.principal import CallerKind, Principal
from contracts.notify import InquiryReceived
from contracts.supply import BalanceStated, Remaining
from supply_service.cards import repository
from supply_service.cards.accounts import account_from_json
from supply_service.context import Runtime
from supply_service.entitlements.schemas import (
    BreadReply,
    CashReply,
    Entitlements,
    GrantReply,
    ItemLeft,
    PotReply,
)
from supply_service.rules import bread, grants
from supply_service.rules.account import Account
from supply_service.rules.cash import cash_of
from supply_service.rules.figures import UNITS, FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR, GOODS, PROGRAMMES
from supply_service.rules.opening import open_month
from supply_service.rules.refusals import CardUnknown
from supply_service.rules.remaining import left_of, told_members
from supply_service.rules.sale import figures_on


async def entitlements(session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID) -> Entitlements:
    """What the household of a card the caller may see has left today. Raises CardUnknown or PolicyNotInForce."""
    day = business_day(runtime.clock.now())
    period = month_start(day)
    row = await repository.find_card(session, card_id, period)
    if row is None or not caller.bound.covers(Area(row["governorate"], row["district"])):
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    whole = _told(runtime, row, day)
    if caller.kind is not CallerKind.TERMINAL:
        return whole
    known = await runtime.state.terminal(runtime, caller.terminal_id)
    kind = known.place.outlet_kind if known is not None and known.active else ""
    sold = {one for one, kinds in figures_on(runtime.state.snapshot.figures, day).outlet_kinds.items() if kind in kinds}
    return for_sale(whole, sold)


async def own(session: AsyncSession, runtime: Runtime, caller: Principal) -> Entitlements:
    """What the household of a citizen's own card has left today. Raises CardUnknown or PolicyNotInForce."""
    day = business_day(runtime.clock.now())
    card_id = await repository.card_of(session, caller.person_id)
    row = await repository.find_card(session, card_id, month_start(day)) if card_id else None
    if row is None:
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    return _told(runtime, row, day)


def _told(runtime: Runtime, row: RowMapping, day: date) -> Entitlements:
    figures, period = runtime.state.snapshot.figures, month_start(day)
    account = account_from_json(row) if row["household_id"] is not None else None
    if account is not None:
        figures_on(figures, period)
        account = open_month(account, period, figures).account
    return Entitlements(
        card_id=row["card_id"],
        household_id=row["household_id"],
        card_state=row["state"],
        blocked=row["blocked_at"] is not None,
        supply_enabled=row["supply"],
        members=account.members if account else 0,
        business_day=day,
        pots=_pots(account, period),
        grants=_grants(account, day, figures),
        cash=_cash(account, period, figures),
        bread=_bread(account, day, figures),
        limits=_limits(account, day, figures),
        owed={programme: owed for programme, owed in account.debts.items() if owed} if account else {},
    )


def for_sale(whole: Entitlements, sold: Collection[str]) -> Entitlements:
    """What a terminal needs to sell these programmes: nothing of the household, other programmes or other days."""
    bread_today = whole.bread.model_copy(update={"drawn_days": []}) if whole.bread and BREAD in sold else None
    return whole.model_copy(
        update={
            "household_id": None,
            "members": None,
            "pots": [pot for pot in whole.pots if pot.programme in sold],
            "grants": whole.grants if GOODS in sold else [],
            "cash": [],
            "bread": bread_today,
            "limits": whole.limits if GOODS in sold else [],
            "owed": {},
        }
    )


async def state_balances(session: AsyncSession, runtime: Runtime, asked: Sequence[InquiryReceived]) -> None:
    """Answer citizens' inquiries with events; notify-service puts them into words."""
    day = business_day(runtime.clock.now())
    period = month_start(day)
    figures = runtime.state.snapshot.figures
    for inquiry in asked:
        row = await repository.find_served(session, inquiry.household_id, period)
        left: list[Remaining] = []
        flour: int | None = None
        if row is not None:
            account = open_month(account_from_json(row), period, figures).account
            pots = left_of(account, period)
            left, flour = [Remaining(**pot) for pot in told_members(pots, period)], pots.get(FLOUR)
            left += [
                Remaining(programme=one.programme, unit="piastre", remaining=one.remaining, period=one.since)
                for one in _grants(account, day, figures)
            ]
        stated = BalanceStated(
            inquiry_id=inquiry.inquiry_id,
            citizen_id=inquiry.citizen_id,
            household_id=inquiry.household_id,
            remaining=left,
            flour_remaining=flour,
            known=row is not None,
        )
        await outbox.add(session, stated)


def _pots(account: Account | None, period: date) -> list[PotReply]:
    if account is None:
        return []
    found = [account.pots.get((programme, period)) for programme in PROGRAMMES]
    return [
        PotReply.model_validate(
            {
                "programme": pot.programme,
                "unit": UNITS[pot.programme],
                "period": pot.period,
                "granted": pot.granted,
                "remaining": pot.remaining,
            }
        )
        for pot in found
        if pot is not None
    ]


def _grants(account: Account | None, day: date, figures: FiguresByDay) -> list[GrantReply]:
    if account is None:
        return []
    found = []
    today = figures_on(figures, day)
    for grant in sorted(today.grants.values(), key=lambda one: one.programme):
        if not grants.may_have(account, grant, day):
            continue
        pot = grants.open_pots(account, grant, day, figures).account.pots[(grant.programme, grant.since)]
        left = None if grant.instalments is None else max(0, grant.instalments - grants.instalments(pot, day))
        found.append(
            GrantReply(
                programme=grant.programme, name_ar=grant.name_ar, name_en=grant.name_en, since=grant.since,
                until=grant.until, granted=pot.granted, remaining=pot.remaining, instalments_left=left,
            )
        )  # fmt: skip
    return found


def _cash(account: Account | None, period: date, figures: FiguresByDay) -> list[CashReply]:
    if account is None:
        return []
    pots = [pot for pot in account.pots.values() if pot.period == period and pot.programme in PROGRAMMES]
    found = [(pot.programme, cash_of(account, pot.programme, pot.members, period, figures)) for pot in pots]
    return [
        CashReply.model_validate({"programme": programme, "period": period, "amount": amount})
        for programme, amount in found
        if amount
    ]


def _bread(account: Account | None, day: date, figures: FiguresByDay) -> BreadReply | None:
    pot = account.pots.get((BREAD, month_start(day))) if account else None
    if pot is None:
        return None
    today = figures_on(figures, day)
    drawn = bread.drawn_days(pot)
    return BreadReply(
        daily_loaves=pot.daily,
        drawn_days=drawn,
        drawn_today=day in drawn,
        days_allowed=0 if day in drawn else bread.days_possible(pot, day, today),
        left_today=bread.left_of_day(pot, day, today),
        loaf_price=today.loaf_price,
    )


def _limits(account: Account | None, day: date, figures: FiguresByDay) -> list[ItemLeft]:
    pot = account.pots.get((GOODS, month_start(day))) if account else None
    if pot is None:
        return []
    left = []
    for group, limit in sorted(figures_on(figures, day).limits.items()):
        units = limit.units(pot.members)
        left.append(ItemLeft(group=group, units=units, units_left=max(0, units - pot.drawn_units.get(group, 0))))
    return left
