"""What was drawn for somebody in months after the death: told as a claim, never taken by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import month_start
from chassis.months import first_day
from chassis.row_arrays import columns, statement
from contracts.card import PersonDied
from contracts.supply import Drawn, DrawnAfterDeath, FlourDrawn
from supply_service.cards.accounts import account_from_json
from supply_service.context import Runtime
from supply_service.months import repository
from supply_service.rules.account import Account, month_after
from supply_service.rules.correcting import Booked, drawn_beyond, paid_beyond
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR, GOODS
from supply_service.rules.remaining import told_unit

_ENTER = statement(
    "INSERT INTO death (change_id, household_id, citizen_id, died_on, effective_month, told_at)"
    " SELECT change_id, household_id, citizen_id, died_on, effective_month, told_at FROM <rows>"
    " ON CONFLICT (change_id) DO NOTHING",
    change_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    died_on="date",
    effective_month="date",
    told_at="timestamptz",
)
# Sizes are told behind the death that changes them.
_READY = text(
    "SELECT d.change_id, d.household_id, d.citizen_id, d.died_on, d.effective_month FROM death d"
    " WHERE d.household_id = ANY(CAST(:household_ids AS uuid[])) AND d.reckoned_at IS NULL"
    " AND (d.citizen_id = ANY(CAST(:former AS uuid[])) OR EXISTS (SELECT FROM household_size s"
    " WHERE s.household_id = d.household_id AND s.month = d.effective_month)) ORDER BY d.change_id FOR UPDATE OF d"
)
_RECKONED = text("UPDATE death SET reckoned_at = :now WHERE change_id = ANY(CAST(:change_ids AS uuid[]))")
_FOUND = statement(
    "INSERT INTO drawn_after_death (change_id, household_id, citizen_id, period, programme, quantity, found_at)"
    " SELECT change_id, household_id, citizen_id, period, programme, quantity, found_at FROM <rows>"
    " ON CONFLICT (change_id, period, programme) DO NOTHING",
    change_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    period="date",
    programme="text",
    quantity="int",
    found_at="timestamptz",
)


class Beyond(NamedTuple):
    """What was drawn of a month beyond what those who lived had: loaves, piastres or kilograms."""

    period: date
    programme: str
    quantity: int


class Death(NamedTuple):
    """Somebody's death, and the first month in which the household counts one less."""

    change_id: UUID
    household_id: UUID
    citizen_id: UUID
    died_on: date
    effective_month: date


async def enter(session: AsyncSession, died: Sequence[tuple[PersonDied, datetime]]) -> None:
    """Keep deaths until the sizes behind them are told."""
    rows = [
        (one.change_id, one.household_id, one.citizen_id, one.died_on, first_day(one.effective_month), at)
        for one, at in died
    ]
    names = ("change_id", "household_id", "citizen_id", "died_on", "effective_month", "told_at")
    await session.execute(_ENTER, columns(rows, *names))


async def reckon(
    session: AsyncSession, runtime: Runtime, household_ids: Sequence[UUID], former: Sequence[UUID] = ()
) -> None:
    """Tell what was drawn for those who died, of the deaths whose sizes are known now.

    `former`: people of whom the register has told that they belong to these households no more.
    """
    asked = {"household_ids": list(household_ids), "former": list(former)}
    ready = [Death(*row) for row in await session.execute(_READY, asked)]
    if not ready:
        return
    earliest = min(month_start(death.died_on) for death in ready)
    households = sorted({death.household_id for death in ready})
    rows = await repository.accounts(session, households, month_after(earliest))
    known = {row["household_id"]: account_from_json(row) for row in rows}
    booked = await repository.booked(session, households, earliest)
    now, figures = runtime.clock.now(), runtime.state.snapshot.figures
    events, found = [], []
    for death in ready:
        account = known.get(death.household_id)
        beyond = _beyond(death, account, booked.get(death.household_id, {}), figures) if account else []
        events.append(_claim(death, beyond))
        found += [(*death[:3], *one, now) for one in beyond]
    if found:
        names = ("change_id", "household_id", "citizen_id", "period", "programme", "quantity", "found_at")
        await session.execute(_FOUND, columns(found, *names))
    await session.execute(_RECKONED, {"now": now, "change_ids": [death.change_id for death in ready]})
    await outbox.add(session, *events)


def _claim(death: Death, beyond: Sequence[Beyond]) -> DrawnAfterDeath:
    return DrawnAfterDeath(
        change_id=death.change_id,
        household_id=death.household_id,
        citizen_id=death.citizen_id,
        died_on=death.died_on,
        amounts=[
            Drawn(programme=programme, period=period, quantity=quantity, unit=told_unit(programme))
            for period, programme, quantity in beyond
            if programme != FLOUR
        ],
        flour=[FlourDrawn(period=one.period, kilograms=one.quantity) for one in beyond if one.programme == FLOUR],
    )


def _beyond(
    death: Death, account: Account, booked: dict[tuple[str, date], Booked], figures: FiguresByDay
) -> list[Beyond]:
    """What was drawn in the months in which the dead person still counted, beyond what the others had."""
    found = []
    month = month_after(month_start(death.died_on))
    while month < death.effective_month:
        for programme in (GOODS, BREAD, FLOUR):
            pot = account.pots.get((programme, month))
            if pot is None or not _counted_until(account, programme, death.effective_month):
                continue
            beyond = drawn_beyond(account, pot, booked.get(pot.key, Booked()), pot.members - 1, figures)
            if programme == GOODS:
                beyond += paid_beyond(account, pot, pot.members - 1, figures)
            if beyond > 0:
                found.append(Beyond(month, programme, beyond))
        month = month_after(month)
    return found


def _counted_until(account: Account, programme: str, month: date) -> bool:
    """Whether fewer count from a month on than in the one before."""
    return account.counted(programme, month) < account.counted(programme, month.replace(day=1) - date.resolution)
