"""Use cases: a sale, its reversal, reading one back. The hot route and its documented twin both come here."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, telemetry
from chassis.area import Area
from chassis.clock import business_day
from chassis.holder_proofs.form import HolderProof
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.refusals import Refusal
from supply_service.context import Runtime
from supply_service.places.registry import KnownTerminal
from supply_service.redemptions.schemas import RedemptionRequest, ReversalRequest
from supply_service.rules.refusals import (
    OutletSuspended,
    SaleUnknown,
    TerminalNeeded,
    TerminalNotActive,
    TerminalUnknown,
)
from supply_service.rules.sale import Place
from supply_service.sales import repository
from supply_service.sales.orders import ReversalOrder, SaleOrder
from supply_service.sales.outcomes import Outcome
from supply_service.sales.record import SaleRecord
from supply_service.sales.repository import Undone

REDEMPTIONS_PATH = "/v1/redemptions"


async def place_of(runtime: Runtime, caller: Principal, *, sells: bool = False) -> Place:
    """Where the calling terminal stands, which `sells`. Raises what it refuses, OutletSuspended of those that sell."""
    known = await terminal_of(runtime, caller)
    if not known.active:
        raise TerminalNotActive("This terminal was suspended.", detail_ar="تم إيقاف هذه الماكينة")
    if sells and not known.sells:
        raise OutletSuspended("This outlet was suspended.", detail_ar="تم إيقاف هذا المنفذ")
    return known.place


async def terminal_of(runtime: Runtime, caller: Principal) -> KnownTerminal:
    """The calling terminal, though it be suspended. Raises TerminalNeeded or TerminalUnknown."""
    if caller.kind != "terminal":
        raise TerminalNeeded("A sale is made at a terminal.", detail_ar="الصرف من ماكينة الصرف فقط")
    made = runtime.state
    known = made.registry.find(caller.terminal_id) or await made.terminal(runtime, caller.terminal_id)
    if known is None:
        raise TerminalUnknown("This terminal is not registered.", detail_ar="الماكينة غير مسجلة")
    return known


async def sell(runtime: Runtime, caller: Principal, key: str | None, raw: bytes, request: RedemptionRequest) -> Outcome:
    """Carry a sale to its commit. `raw` is the body as it came: a repeat must be the same to the byte."""
    place = await place_of(runtime, caller, sells=True)
    order = sale_order(place, idempotency.check_key(key), raw, request, telemetry.current_traceparent())
    if request.holder_proof is not None:
        order.proof = await _proof(runtime, request.holder_proof)
    return await runtime.state.lanes.submit(order)


async def _proof(runtime: Runtime, token: str) -> HolderProof | Refusal:
    """The proof, or why it is none: that is said when the sale is decided, for a repeat is answered all the same."""
    try:
        return await runtime.state.proofs.found(runtime.pool, token)
    except Refusal as refusal:
        return refusal


def sale_order(place: Place, key: str, raw: bytes, request: RedemptionRequest, traceparent: str | None) -> SaleOrder:
    """A sale as a lane takes it."""
    return SaleOrder(
        place=place,
        key=key,
        fingerprint=idempotency.fingerprint("POST", REDEMPTIONS_PATH, raw),
        traceparent=traceparent,
        card_id=request.card_id,
        lines=request.lines,
        occurred_at=request.occurred_at,
        expected_amount=request.expected_amount,
        tenders=request.tenders,
        cash=request.cash,
        proof_away=request.proof_unavailable,
        notices=request.notices,
    )


async def reverse(
    runtime: Runtime, caller: Principal, key: str | None, redemption_id: UUID, raw: bytes, request: ReversalRequest
) -> Outcome:
    """Carry a reversal to its commit. Raises SaleUnknown for what another outlet sold."""
    place = await place_of(runtime, caller)
    checked = idempotency.check_key(key)
    async with runtime.sessions() as session:
        found = await repository.find(session, redemption_id)
    if found is None or not caller.bound.covers(found.area):
        raise SaleUnknown("This outlet has made no such sale.", detail_ar="العملية غير مسجلة لهذا المنفذ")
    order = ReversalOrder(
        place=place,
        key=checked,
        fingerprint=idempotency.fingerprint("POST", f"{REDEMPTIONS_PATH}/{redemption_id}/reversal", raw),
        traceparent=telemetry.current_traceparent(),
        card_id=found.sale.card_id,
        sale=found.sale,
        reason=request.reason,
        lines=request.lines,
    )
    return await runtime.state.lanes.submit(order)


async def of_day(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    day: date | None,
    terminal_id: UUID | None,
    page: Paging[UUID],
) -> list[tuple[SaleRecord, Undone | None]]:
    """The next sales of the calling terminal's outlet on a day, today where none is named, the newest first."""
    place = await place_of(runtime, caller)
    caller.bound.hold(Area(place.governorate, place.district, outlet_id=place.outlet_id), TerminalUnknown)
    asked = day or business_day(runtime.clock.now())
    return await repository.of_day(session, place.outlet_id, asked, terminal_id, page.bounds)


async def read(session: AsyncSession, caller: Principal, redemption_id: UUID) -> tuple[SaleRecord, Undone | None]:
    """A sale in the books, with its reversal where it has one. Raises SaleUnknown for another outlet's."""
    found = await repository.find(session, redemption_id)
    if found is None or not caller.bound.covers(found.area):
        raise SaleUnknown("There is no such sale here.", detail_ar="العملية غير معروفة")
    return found.sale, found.undone
