"""Use cases: a sale, its reversal, reading one back. The hot route and its documented twin both come here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, telemetry
from chassis.principal import Principal
from supply_service.context import Runtime
from supply_service.redemptions.schemas import RedemptionRequest, ReversalRequest
from supply_service.rules.refusals import SaleUnknown, TerminalNeeded, TerminalNotActive, TerminalUnknown
from supply_service.rules.sale import Place
from supply_service.sales import repository
from supply_service.sales.orders import ReversalOrder, SaleOrder
from supply_service.sales.outcomes import Outcome
from supply_service.sales.record import SaleRecord
from supply_service.sales.repository import Undone

REDEMPTIONS_PATH = "/v1/redemptions"


async def place_of(runtime: Runtime, caller: Principal) -> Place:
    """Where the calling terminal stands. Raises TerminalNeeded, TerminalUnknown or TerminalNotActive."""
    if caller.kind != "terminal":
        raise TerminalNeeded("A sale is made at a terminal.", detail_ar="الصرف من ماكينة الصرف فقط")
    made = runtime.state
    known = made.registry.find(caller.terminal_id) or await made.terminal(runtime, caller.terminal_id)
    if known is None:
        raise TerminalUnknown("This terminal is not registered.", detail_ar="الماكينة غير مسجلة")
    if not known.active:
        raise TerminalNotActive("This terminal was suspended.", detail_ar="تم إيقاف هذه الماكينة")
    return known.place


async def sell(runtime: Runtime, caller: Principal, key: str | None, raw: bytes, request: RedemptionRequest) -> Outcome:
    """Carry a sale to its commit. `raw` is the body as it came: a repeat must be the same to the byte."""
    place = await place_of(runtime, caller)
    order = sale_order(place, idempotency.check_key(key), raw, request, telemetry.current_traceparent())
    return await runtime.state.lanes.submit(order)


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
    )


async def reverse(
    runtime: Runtime, caller: Principal, key: str | None, redemption_id: UUID, raw: bytes, request: ReversalRequest
) -> Outcome:
    """Carry a reversal to its commit. Raises SaleUnknown for what another outlet sold."""
    place = await place_of(runtime, caller)
    checked = idempotency.check_key(key)
    async with runtime.sessions() as session:
        found = await repository.find(session, redemption_id)
    if found is None or not caller.bound.covers(found[0].area):
        raise SaleUnknown("This outlet has made no such sale.", detail_ar="العملية غير مسجلة لهذا المنفذ")
    order = ReversalOrder(
        place=place,
        key=checked,
        fingerprint=idempotency.fingerprint("POST", f"{REDEMPTIONS_PATH}/{redemption_id}/reversal", raw),
        traceparent=telemetry.current_traceparent(),
        card_id=found[0].card_id,
        sale=found[0],
        reason=request.reason,
    )
    return await runtime.state.lanes.submit(order)


async def read(session: AsyncSession, caller: Principal, redemption_id: UUID) -> tuple[SaleRecord, Undone | None]:
    """A sale in the books, with its reversal where it has one. Raises SaleUnknown for another outlet's."""
    found = await repository.find(session, redemption_id)
    if found is None or not caller.bound.covers(found[0].area):
        raise SaleUnknown("There is no such sale here.", detail_ar="العملية غير معروفة")
    return found
