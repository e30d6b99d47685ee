"""Booking what a terminal sold without a network: through the lanes, so many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox, telemetry
from chassis.refusals import Refusal
from supply_service.context import Runtime
from supply_service.offline import chain, repository, results
from supply_service.offline.chain import Link
from supply_service.offline.schemas import SaleResult
from supply_service.offline.told import ToldSale
from supply_service.rules.floors import Late
from supply_service.rules.sale import Place
from supply_service.sales.claims import Claim, claim
from supply_service.sales.orders import SaleOrder, Signed
from supply_service.sales.outcomes import Contested, Outcome, Sold

AT_ONCE = 64  # sales submitted together, so that a large batch leaves room for those of others


@dataclass(frozen=True, slots=True)
class NewSale:
    """An authentic sale that is not in the books yet."""

    link: Link
    sale: ToldSale
    late: Late


@dataclass(slots=True)
class Booked:
    """What became of sales that were not in the books: results by link, and claims to those not booked at all."""

    results: dict[int, SaleResult] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)


async def take(session: AsyncSession, runtime: Runtime, place: Place, new: Sequence[NewSale]) -> dict[int, SaleResult]:
    """Book sales in their order, and keep what was not booked of them with what is claimed; results by link.

    What is booked is durable at once, the rest with the caller's transaction: a repeat finds the one and does the other
    again. Raises Busy.
    """
    booked = await book(session, runtime, place, new)
    unbooked = []
    for one in new:
        result = booked.results[id(one.link)]
        if result.redemption_id is None and result.status in {"rejected", "disputed"}:
            unbooked.append((one.link, result.status, str(result.code), one.sale.occurred_at))
    await repository.keep(session, place.terminal_id, unbooked)
    await repository.claim(session, booked.claims)
    await outbox.add(session, *(one.event() for one in booked.claims))
    return booked.results


async def book(session: AsyncSession, runtime: Runtime, place: Place, new: Sequence[NewSale]) -> Booked:
    """Book sales in their order. Each is durable on its own. Raises Busy."""
    lanes = runtime.state.lanes
    traceparent = telemetry.current_traceparent()
    booked = Booked()
    for start in range(0, len(new), AT_ONCE):
        chosen = new[start : start + AT_ONCE]
        orders = [_order(place, one, traceparent) for one in chosen]
        outcomes = await asyncio.gather(*(lanes.submit(order) for order in orders), return_exceptions=True)
        for one, order, outcome in zip(chosen, orders, outcomes, strict=True):
            if isinstance(outcome, Contested):
                booked.claims.append(claim(order, outcome.household_id, outcome.day, outcome.lines, None))
                booked.results[id(one.link)] = results.disputed(one.link, booked.claims[-1])
            else:
                booked.results[id(one.link)] = await _result(session, place, one.link, outcome)
    return booked


def signed(link: Link) -> Signed:
    """The place in the chain as the lanes write it."""
    return Signed(repository.stored(link), link.sale_id, link.hash, link.previous_hash, link.document)


async def _result(session: AsyncSession, place: Place, link: Link, outcome: Outcome | BaseException) -> SaleResult:
    if isinstance(outcome, Sold):
        if outcome.claim is not None:
            return results.disputed(link, outcome.claim)
        sale = outcome.sale
        return SaleResult(
            sequence=link.sequence,
            sale_id=link.sale_id,
            status="overdrawn" if sale.conflict else "applied",
            redemption_id=sale.sale_id,
            code=sale.conflict,
        )
    if isinstance(outcome, asyncpg.UniqueViolationError):
        # The same batch is being uploaded twice at once, and the other was faster with this sale.
        found = chain.examine([(link, None)], await repository.known(session, place.terminal_id, [link]))[0]
        if found.repeats is not None:
            return SaleResult(
                sequence=link.sequence,
                sale_id=link.sale_id,
                status="duplicate",
                redemption_id=found.repeats.redemption_id,
            )
        return results.rejected(link, found.fault or "chain_forked")
    if isinstance(outcome, Refusal):
        return results.rejected(link, outcome.code)
    raise outcome if isinstance(outcome, BaseException) else TypeError(type(outcome))


def _order(place: Place, one: NewSale, traceparent: str | None) -> SaleOrder:
    return SaleOrder(
        place=place,
        key=None,
        fingerprint=b"",
        traceparent=traceparent,
        card_id=one.sale.card_id,
        lines=one.sale.lines,
        occurred_at=one.sale.occurred_at,
        late=one.late,
        signed=signed(one.link),
        notices=one.sale.notices,
    )
