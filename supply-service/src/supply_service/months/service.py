"""Use cases: what the register tells of households, and what becomes of months that were opened before it was heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day, month_start
from contracts.household import HouseholdState
from supply_service.cards.accounts import account_from_json
from supply_service.context import Runtime
from supply_service.months import deaths, repository
from supply_service.months.states import columns, newest, sizes_of
from supply_service.months.writes import Cause, Writes
from supply_service.rules.account import Account, Legacy
from supply_service.rules.correcting import bring as corrected
from supply_service.rules.sizes import Size


async def hear(session: AsyncSession, runtime: Runtime, states: Iterable[HouseholdState]) -> None:
    """Keep households as the register tells them, and bring months that are open already to it.

    An older revision changes nothing. The households that are known here are locked by the caller.
    """
    found = newest(states)
    wanted = await repository.newer(session, {one.household_id: one.revision for one in found.values()})
    told = [found[household_id] for household_id in sorted(wanted)]
    if not told:
        return
    sizes = {state.household_id: sizes_of(state) for state in told}
    before = await accounts(session, sorted(wanted), present(runtime))
    await repository.put(session, *columns(told, sizes))
    marked = {state.household_id for state in told if state.ration_card_mark is not None}
    legacy = await repository.legacy(session, sorted(marked & before.keys()))
    now = {
        household_id: _as_told(account, found[household_id], sizes[household_id], legacy.get(household_id))
        for household_id, account in before.items()
    }
    await bring(session, runtime, before, now, "register")
    former = [one.citizen_id for state in told for one in state.former or ()]
    await deaths.reckon(session, runtime, sorted(wanted), former)


async def bring(
    session: AsyncSession, runtime: Runtime, before: Mapping[UUID, Account], now: Mapping[UUID, Account], cause: Cause
) -> None:
    """Bring the opened months of households from what was known of them to what is known now."""
    if not now:
        return
    month, figures, writes = present(runtime), runtime.state.snapshot.figures, Writes()
    since = await repository.since(session)
    booked = await repository.booked(session, sorted(now), month)
    for household_id, account in now.items():
        known = before[household_id]
        opening, correction = corrected(known, account, month, booked.get(household_id, {}), figures, since)
        writes.account(known, opening, correction, cause)
    await repository.write(session, writes.tables)
    await outbox.add(session, *writes.events)


async def accounts(session: AsyncSession, household_ids: Sequence[UUID], month: date) -> dict[UUID, Account]:
    """The households that have opened a month or should have, with all that they may be corrected by."""
    rows = await repository.accounts(session, household_ids, month)
    return {row["household_id"]: account_from_json(row) for row in rows}


def present(runtime: Runtime) -> date:
    """The first day of the present month in Cairo."""
    return month_start(business_day(runtime.clock.now()))


def _as_told(account: Account, state: HouseholdState, sizes: Sequence[Size], legacy: Legacy | None) -> Account:
    return account._replace(
        governorate=state.governorate_of_issue, members=len(state.members), sizes=tuple(sizes), legacy=legacy
    )
