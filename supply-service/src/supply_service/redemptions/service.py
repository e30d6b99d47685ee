"""Use cases: a draw, its reversal, reading one back. The hot route and its documented twin both come here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, telemetry
from chassis.auth import Principal
from chassis.hot import Answer
from supply_service.context import Runtime
from supply_service.redemptions import repository
from supply_service.redemptions.items import ReversalItem, SaleItem, StoredSale
from supply_service.redemptions.schemas import RedemptionRequest, ReversalRequest
from supply_service.rules.redeem import Place
from supply_service.rules.refusals import RedemptionUnknown, TerminalNeeded, TerminalNotActive, TerminalUnknown

REDEMPTIONS_PATH = "/v1/redemptions"


async def place_of(runtime: Runtime, caller: Principal) -> Place:
    """Where the calling terminal stands. Raises TerminalNeeded, TerminalUnknown or TerminalNotActive."""
    if caller.kind != "terminal":
        raise TerminalNeeded("A draw is made at a terminal.", detail_ar="الصرف من ماكينة الصرف فقط")
    made = runtime.state
    known = made.registry.find(caller.terminal_id) or await made.terminal(runtime, caller.terminal_id)
    if known is None:
        raise TerminalUnknown("This terminal is not registered.", detail_ar="الماكينة غير مسجلة")
    if not known.active:
        raise TerminalNotActive("This terminal was suspended.", detail_ar="تم إيقاف هذه الماكينة")
    return known.place


async def redeem(
    runtime: Runtime, caller: Principal, key: str | None, raw: bytes, request: RedemptionRequest
) -> Answer:
    """Carry a draw to its commit. `raw` is the body as it came: a repeat must be the same to the byte."""
    place = await place_of(runtime, caller)
    item = sale_item(place, idempotency.check_key(key), raw, request, telemetry.current_traceparent())
    return await runtime.state.lanes.submit(item)


def sale_item(place: Place, key: str, raw: bytes, request: RedemptionRequest, traceparent: str | None) -> SaleItem:
    """A draw as a lane takes it."""
    return SaleItem(
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
) -> Answer:
    """Carry a reversal to its commit. Raises RedemptionUnknown for what another outlet sold."""
    place = await place_of(runtime, caller)
    checked = idempotency.check_key(key)
    async with runtime.sessions() as session:
        sale = await repository.find(session, redemption_id)
    if sale is None or not caller.bound.covers(sale.area):
        raise RedemptionUnknown("This outlet has made no such draw.", detail_ar="العملية غير مسجلة لهذا المنفذ")
    item = ReversalItem(
        place=place,
        key=checked,
        fingerprint=idempotency.fingerprint("POST", f"{REDEMPTIONS_PATH}/{redemption_id}/reversal", raw),
        traceparent=telemetry.current_traceparent(),
        card_id=sale.card_id,
        redemption_id=redemption_id,
        sale=sale,
        reason=request.reason,
    )
    return await runtime.state.lanes.submit(item)


async def read(session: AsyncSession, caller: Principal, redemption_id: UUID) -> StoredSale:
    """A draw in the books; a terminal sees those of its own outlet. Raises RedemptionUnknown."""
    sale = await repository.find(session, redemption_id)
    if sale is None or not caller.bound.covers(sale.area):
        raise RedemptionUnknown("There is no such draw here.", detail_ar="العملية غير معروفة")
    return sale
