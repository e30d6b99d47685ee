"""Use case: sales that a terminal took back without a network, each judged by its own moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox, telemetry
from chassis.clock import business_day
from chassis.refusals import Refusal
from contracts.supply import DisputedLine, DisputeWithdrawn
from supply_service.context import Runtime
from supply_service.offline import taken_back
from supply_service.offline.booking import signed
from supply_service.offline.chain import Link
from supply_service.offline.schemas import OfflineReversal, SaleResult
from supply_service.offline.taken_back import OfSale
from supply_service.rules.floors import Disputed
from supply_service.rules.late_refusals import ClaimUpheld, SaleMissing
from supply_service.rules.parts import chosen, parts
from supply_service.rules.refusals import AlreadyReversed, ReversalBeforeSale, SaleUnknown
from supply_service.rules.sale import Place, figures_on
from supply_service.sales import repository as sales
from supply_service.sales.orders import ReversalOrder
from supply_service.sales.outcomes import Reversed
from supply_service.sales.record import SaleRecord


class _Reversal(NamedTuple):
    """A reversal that is not in the books yet. `late`: it has its place in the chain, and waited there for its sale."""

    link: Link
    item: OfflineReversal
    late: bool = False


async def take_back(
    session: AsyncSession, runtime: Runtime, place: Place, link: Link, item: OfflineReversal
) -> SaleResult:
    """Take a sale back, or say why not; whatever it is, it is kept in its place of the chain. Raises Busy."""
    status, code, redemption_id = await _judged(session, runtime, place, _Reversal(link, item))
    if status != "reversed" or redemption_id is None:
        await taken_back.keep(session, place.terminal_id, link, status, code, item.occurred_at)
    return SaleResult.model_validate(
        {
            "sequence": link.sequence,
            "sale_id": link.sale_id,
            "status": status,
            "code": code,
            "redemption_id": redemption_id,
        }
    )


async def settle_waiting(session: AsyncSession, runtime: Runtime, place: Place) -> None:
    """Take back the sales that have come after their reversals. Raises Busy."""
    for link in await taken_back.waiting(session, place.terminal_id):
        item = OfflineReversal.model_validate_json(link.document)
        status, code, redemption_id = await _judged(session, runtime, place, _Reversal(link, item, late=True))
        await taken_back.settle(session, place.terminal_id, link, status, code, redemption_id)


async def repeat(session: AsyncSession, place: Place, item: OfflineReversal) -> None:
    """Withdraw what a reversal that is in the books claims no more, where the process died in between."""
    found = await taken_back.find(session, place.terminal_id, item.reverses)
    if found is not None and found.dispute_id is not None and not found.withdrawn and found.upheld is None:
        await _withdraw(session, place, found, item, await _booked(session, found))


async def _judged(
    session: AsyncSession, runtime: Runtime, place: Place, one: _Reversal
) -> tuple[str, str | None, UUID | None]:
    try:
        found = await taken_back.find(session, place.terminal_id, one.item.reverses)
        if found is not None:
            return "reversed", None, await _of_chain(session, runtime, place, one, found)
        sale = await _sold_with_network(session, place, one.item.reverses)
        if sale is None:
            return "waiting", SaleMissing.code, None
        _in_order(runtime, one.item.occurred_at, sale.occurred_at)
        return "reversed", None, await _reverse(runtime, place, one, sale, one.item.lines)
    except Refusal as refusal:
        return "rejected", refusal.code, None


async def _of_chain(
    session: AsyncSession, runtime: Runtime, place: Place, one: _Reversal, found: OfSale
) -> UUID | None:
    _in_order(runtime, one.item.occurred_at, found.occurred_at)
    if found.upheld:
        raise ClaimUpheld()
    if found.withdrawn:
        raise AlreadyReversed()
    sale = await _booked(session, found)
    booked, _ = _chosen(found, sale, one.item.lines)
    reversed_ = None
    if sale is not None and booked:
        reversed_ = await _reverse(runtime, place, one, sale, booked)
    if found.dispute_id is not None and found.upheld is None:
        await _withdraw(session, place, found, one.item, sale)
    return reversed_


def _in_order(runtime: Runtime, at: datetime, sold_at: datetime) -> None:
    """Let no sale be taken back before it was made; two clocks may differ a little. Raises ReversalBeforeSale."""
    figures = figures_on(runtime.state.snapshot.figures, business_day(at))
    if at < sold_at - timedelta(seconds=figures.clock_skew_seconds):
        raise ReversalBeforeSale()


async def _booked(session: AsyncSession, found: OfSale) -> SaleRecord | None:
    if found.redemption_id is None:
        return None
    kept = await sales.find(session, found.redemption_id)
    return None if kept is None else kept.sale


async def _sold_with_network(session: AsyncSession, place: Place, redemption_id: UUID) -> SaleRecord | None:
    kept = await sales.find(session, redemption_id)
    if kept is None:
        return None
    if kept.sale.outlet_id != place.outlet_id:
        raise SaleUnknown()
    return kept.sale


def _chosen(found: OfSale, sale: SaleRecord | None, only: Collection[int] | None) -> tuple[list[int], list[int]]:
    """The places of the lines taken back, among those booked and those in dispute. Raises LineUnknown."""
    return chosen(parts(found.lines, sale.lines if sale is not None else (), found.disputed), only)


async def _reverse(
    runtime: Runtime, place: Place, one: _Reversal, sale: SaleRecord, lines: Sequence[int] | None
) -> UUID:
    """The sale that was taken back. Raises the refusal, or Busy."""
    order = ReversalOrder(
        place=place,
        key=None,
        fingerprint=b"",
        traceparent=telemetry.current_traceparent(),
        card_id=sale.card_id,
        sale=sale,
        reason=one.item.reason,
        lines=lines,
        occurred_at=one.item.occurred_at,
        signed=None if one.late else signed(one.link),
    )
    try:
        outcome = await runtime.state.lanes.submit(order)
    except AlreadyReversed:
        # The process died between the reversal of one that had waited and telling so.
        if one.late and await _is_its_own(runtime, place, one, sale):
            return sale.sale_id
        raise
    if not isinstance(outcome, Reversed):
        raise TypeError(type(outcome))
    return sale.sale_id


async def _is_its_own(runtime: Runtime, place: Place, one: _Reversal, sale: SaleRecord) -> bool:
    async with runtime.sessions() as session:
        return await taken_back.is_reversed_by(session, sale.sale_id, place.terminal_id, one.item.occurred_at)


async def _withdraw(
    session: AsyncSession, place: Place, found: OfSale, item: OfflineReversal, sale: SaleRecord | None
) -> None:
    """Claim no more what the reversal took back of what stood in dispute."""
    _, disputed = _chosen(found, sale, item.lines)
    if not disputed or found.dispute_id is None or found.household_id is None:
        return
    left = [line for place_, line in enumerate(found.disputed) if place_ not in disputed]
    gone = [line for place_, line in enumerate(found.disputed) if place_ in disputed]
    if not await taken_back.withdraw(session, found.dispute_id, item.reversal_id, left, item.occurred_at):
        return
    await outbox.add(
        session,
        DisputeWithdrawn(
            dispute_id=found.dispute_id,
            household_id=found.household_id,
            outlet_id=place.outlet_id,
            lines=[_told(line) for line in gone],
            left=[_told(line) for line in left],
            withdrawn_at=item.occurred_at,
        ),
    )


def _told(line: Disputed) -> DisputedLine:
    return DisputedLine(**line._asdict())
