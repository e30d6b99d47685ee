"""Every SQL statement of what is told of use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.health import HouseholdsTreated
from contracts.payment import HouseholdsPaid
from contracts.rations import TerminalsDay
from contracts.summaries import HouseholdsServed, OutletDaySummarised

_NONE = TerminalsDay(model="", terminals=0, ready=0, sales=0, refused={})
_FORGET_DAY = statement(
    "DELETE FROM sales_day d USING <rows> WHERE d.outlet_id = r.outlet_id AND d.business_day = r.business_day",
    outlet_id="uuid",
    business_day="date",
)
_FORGET_REFUSALS = statement(
    "DELETE FROM sales_refusal d USING <rows> WHERE d.outlet_id = r.outlet_id AND d.business_day = r.business_day",
    outlet_id="uuid",
    business_day="date",
)
_ADD_DAYS = statement(
    "INSERT INTO sales_day (outlet_id, business_day, model, kind, governorate, district, suspended, terminals, ready,"
    " sales) SELECT r.* FROM <rows>",
    outlet_id="uuid",
    business_day="date",
    model="text",
    kind="text",
    governorate="text",
    district="text",
    suspended="boolean",
    terminals="integer",
    ready="integer",
    sales="integer",
)
_ADD_REFUSALS = statement(
    "INSERT INTO sales_refusal (outlet_id, business_day, model, code, refused) SELECT r.* FROM <rows>",
    outlet_id="uuid",
    business_day="date",
    model="text",
    code="text",
    refused="integer",
)
_USED = statement(
    "INSERT INTO household_use AS u (household_id, first_used_on, used_on)"
    " SELECT r.household_id, r.business_day, r.business_day FROM <rows> ORDER BY r.household_id"
    " ON CONFLICT (household_id) DO UPDATE SET first_used_on = least(u.first_used_on, excluded.first_used_on),"
    " used_on = greatest(u.used_on, excluded.used_on)",
    household_id="uuid",
    business_day="date",
)
_FORGET = (
    text("DELETE FROM sales_day WHERE business_day < :before"),
    text("DELETE FROM sales_refusal WHERE business_day < :before"),
)


async def keep_days(session: AsyncSession, days: Sequence[OutletDaySummarised]) -> None:
    """Keep what outlets did on days; what was told of the same day before is void."""
    newest = {(day.outlet_id, day.business_day): day for day in days}
    keys = {"outlet_id": [key[0] for key in newest], "business_day": [key[1] for key in newest]}
    await session.execute(_FORGET_DAY, keys)
    await session.execute(_FORGET_REFUSALS, keys)
    rows = [(day, of) for day in newest.values() for of in day.terminals or [_NONE]]
    await session.execute(_ADD_DAYS, _columns(rows))
    refused = [(*row, code, count) for row in rows for code, count in row[1].refused.items()]
    if refused:
        columns = {
            "outlet_id": [day.outlet_id for day, _, _, _ in refused],
            "business_day": [day.business_day for day, _, _, _ in refused],
            "model": [of.model for _, of, _, _ in refused],
            "code": [code for _, _, code, _ in refused],
            "refused": [count for _, _, _, count in refused],
        }
        await session.execute(_ADD_REFUSALS, columns)


def _columns(rows: Sequence[tuple[OutletDaySummarised, TerminalsDay]]) -> dict[str, list[object]]:
    of_day = ("outlet_id", "business_day", "kind", "governorate", "district", "suspended")
    of_terminals = ("model", "terminals", "ready", "sales")
    return {name: [getattr(day, name) for day, _ in rows] for name in of_day} | {
        name: [getattr(of, name) for _, of in rows] for name in of_terminals
    }


async def keep_used(
    session: AsyncSession, told: Sequence[HouseholdsServed | HouseholdsTreated | HouseholdsPaid]
) -> None:
    """Keep on which day households used their card first and last.

    A household unknown here is kept too: it may be told late.
    """
    for event in told:  # one statement a day: of one household only one row may meet the conflict
        households = sorted(set(event.household_ids))
        days = [event.business_day] * len(households)
        await session.execute(_USED, {"household_id": households, "business_day": days})


async def forget(session: AsyncSession, before: date) -> None:
    """Forget what was told of days long over."""
    for each in _FORGET:
        await session.execute(each, {"before": before})
