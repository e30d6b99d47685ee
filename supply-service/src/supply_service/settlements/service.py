"""Use cases: settle a day that was just closed, settle those that wait for a rate, read what was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox, security
from chassis.area import Bound
from chassis.ids import new_id
from chassis.paging import Paging
from contracts.supply import Component as ComponentTold
from contracts.supply import Levy, SettlementCalculated
from policybook.book import PolicyBook, PolicyInvalid, PolicyMissing
from supply_service.context import Runtime
from supply_service.rules.settlement import Component, Merchant, Part, components, levies
from supply_service.settlements import day_totals, repository
from supply_service.settlements.schemas import (
    ComponentReply,
    LevyReply,
    OutletTotals,
    PotProof,
    Quantities,
    RateTotal,
    Sales,
    Settlement,
    SettlementTotals,
)

CALCULATED, WAITING = "calculated", "waiting"


async def settle(
    session: AsyncSession,
    runtime: Runtime,
    merchant: Merchant,
    outlet_id: UUID,
    day: date,
    parts: Sequence[Part],
    now: datetime,
) -> list[SettlementCalculated]:
    """Settle a day in the transaction that closes it; what is to be told of it, with the close.

    Without a rate it waits, and nothing is told yet; the close stands all the same.
    """
    settlement_id, book = new_id(), runtime.state.snapshot.book
    try:
        made, beside = components(merchant, parts, book), _beside(merchant, parts, book)
    except (PolicyMissing, PolicyInvalid) as missing:
        await repository.add(
            session, settlement_id, outlet_id, day, state=WAITING, total=None, reason=str(missing), calculated_at=None
        )
        return []
    amount = sum(part.amount for part in made)
    await repository.add(
        session, settlement_id, outlet_id, day, made, state=CALCULATED, total=amount, reason=None, calculated_at=now
    )
    await repository.add_levies(session, settlement_id, list(beside), list(beside.values()))
    return [_told(settlement_id, outlet_id, day, made, beside)]


async def settle_waiting(session: AsyncSession, runtime: Runtime, settlement_id: UUID) -> None:
    """Try a settlement that waits for a rate, unless another process has it or has settled it."""
    waiting = await repository.lock_waiting(session, settlement_id)
    if waiting is None:
        return
    outlet_id, day = waiting["outlet_id"], waiting["business_day"]
    try:
        merchant = await repository.merchant(session, outlet_id)
        parts = await repository.parts(session, outlet_id, day)
        book = runtime.state.snapshot.book
        made, beside = components(merchant, parts, book), _beside(merchant, parts, book)
    except (PolicyMissing, PolicyInvalid) as missing:
        await repository.still_waiting(session, settlement_id, str(missing))
    else:
        amount = sum(part.amount for part in made)
        await repository.calculated(session, settlement_id, amount, runtime.clock.now())
        await repository.add_components(session, settlement_id, made)
        await repository.add_levies(session, settlement_id, list(beside), list(beside.values()))
        await outbox.add(session, _told(settlement_id, outlet_id, day, made, beside))


def _beside(merchant: Merchant, parts: Sequence[Part], book: PolicyBook) -> dict[UUID, Component]:
    """What is paid beside the outlet's own amount, each a payment with an id of its own."""
    return {new_id(): levy for levy in levies(merchant, parts, book)}


def _told(
    settlement_id: UUID, outlet_id: UUID, day: date, made: Sequence[Component], beside: Mapping[UUID, Component]
) -> SettlementCalculated:
    return SettlementCalculated(
        settlement_id=settlement_id,
        outlet_id=outlet_id,
        business_day=day,
        amount=sum(part.amount for part in made),
        components=[_component(part) for part in made],
        levies=[
            Levy(levy_id=levy_id, payee=levy.kind, amount=levy.amount, of=_component(levy))
            for levy_id, levy in beside.items()
        ],
    )


def _component(part: Component) -> ComponentTold:
    return ComponentTold(
        kind=part.kind,
        quantity=part.quantity,
        rate=str(part.rate),
        amount=part.amount,
        sold_on=part.sold_on,
        legal_reference=part.legal_reference,
        claimed=part.claimed,
    )


@dataclass(frozen=True)
class Wanted:
    """Which settlements: of a day, of a governorate and an outlet where given."""

    day: date
    in_governorate: str | None = None
    outlet_id: UUID | None = None


async def page(session: AsyncSession, bound: Bound, page: Paging[UUID], wanted: Wanted) -> list[Settlement]:
    """Settlements that the caller may see of those wanted, with what they consist of."""
    rows = await repository.page(session, bound, **asdict(wanted), **page.bounds)
    ids = [row["settlement_id"] for row in rows]
    made, beside = await repository.components(session, ids), await repository.levies(session, ids)
    return [
        Settlement(
            **row,
            components=[ComponentReply(**part) for part in made[row["settlement_id"]]],
            levies=[LevyReply(**part) for part in beside[row["settlement_id"]]],
        )
        for row in rows
    ]


async def totals(session: AsyncSession, bound: Bound, wanted: Wanted) -> SettlementTotals:
    """Those settlements added up."""
    found, rates = await repository.totals(session, bound, **asdict(wanted))
    return SettlementTotals(
        day=wanted.day, amount=found["due"] - found["owed"], rates=[RateTotal(**row) for row in rates], **found
    )


def outlet_totals(row: RowMapping) -> OutletTotals:
    """An outlet's day at every place where it is kept."""
    return OutletTotals(
        outlet_id=row["outlet_id"],
        closed=row["closed"],
        free_loaves=row["free_loaves"],
        free_amount=row["free_amount"],
        sales=Sales(**{name: row[name] for name in Sales.model_fields}),
        entries=_quantities(row, "entry"),
        counted=_quantities(row, "counted"),
        settled=_quantities(row, "settled"),
        settlement_id=row["settlement_id"],
        settlement_state=row["settlement_state"],
        settlement_amount=row["settlement_amount"],
        components_amount=row["components_amount"] if row["settlement_state"] == CALCULATED else None,
    )


def _quantities(row: RowMapping, place: str) -> Quantities:
    return Quantities(
        loaves=row[f"{place}_loaves"],
        flour=row[f"{place}_flour"],
        goods_amount=row[f"{place}_goods"],
        grants_amount=row[f"{place}_grants"],
    )


async def pot_proof(session: AsyncSession, period: date) -> PotProof:
    """A month's pots held against their entries."""
    found = await day_totals.pots(session, period)
    if found["unproved"]:
        security.unsound("pots", ["unproved"])
    return PotProof(period=period, sound=not found["unproved"], **found)
