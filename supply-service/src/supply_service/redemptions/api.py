"""Routes of sales. `POST /v1/redemptions` is answered by `route.py` before it gets here; both must agree."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response

from chassis import idempotency
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.problems import IdempotencyKeyMissing
from chassis.refusals import IdempotencyKeyReused
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.redemptions import service
from supply_service.redemptions.http import answer
from supply_service.redemptions.schemas import (
    LineReply,
    RedemptionRecord,
    RedemptionReply,
    RedemptionRequest,
    ReversalPart,
    ReversalReply,
    ReversalRequest,
    TenderReply,
)
from supply_service.rules import refusals
from supply_service.sales.record import SaleRecord
from supply_service.sales.rendering import line_members, tender_members
from supply_service.sales.repository import Undone

routes = router(tags=["redemptions"])

Key = Annotated[
    str | None, Header(alias=idempotency.HEADER, description="the terminal's own number for this operation")
]

_TERMINAL = (refusals.TerminalNeeded, refusals.TerminalUnknown, refusals.TerminalNotActive)
_KEY = (IdempotencyKeyMissing, IdempotencyKeyReused)
_DRAW = (
    refusals.CardUnknown,
    refusals.CardBlocked,
    refusals.CardClosed,
    refusals.CardNotActive,
    refusals.SupplyNotEnabled,
    refusals.ProgrammeClosed,
    refusals.DayAlreadyDrawn,
    refusals.TooManyDays,
    refusals.CrossesMonthEnd,
    refusals.QuotaExceeded,
    refusals.AllowanceExceeded,
    refusals.ItemLimitExceeded,
    refusals.ItemUnknown,
    refusals.PointsWindowClosed,
    refusals.OutsideGovernorate,
    refusals.WrongOutletKind,
    refusals.AmountDiffers,
    refusals.HoldUnknown,
    refusals.HoldMismatch,
    refusals.HoldExpired,
    refusals.TerminalClockSkew,
    refusals.PolicyNotInForce,
)


@routes.post(
    service.REDEMPTIONS_PATH,
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    response_model=RedemptionReply,
    own_record="the sale says who sold to whom",
    problems=(*_TERMINAL, *_KEY, *_DRAW),
    rate=Rate.SALE,
    hot=True,
)
async def create_redemption(
    request: Request, runtime: Running, body: RedemptionRequest, caller: Caller, key: Key = None
) -> Response:
    """Sell bread, goods or bread points: all lines or none. The reply leaves after the commit.

    A repeat with the same key and body gets the first answer with its status and the header
    `Idempotency-Replayed: true`. A refusal changes nothing and is not stored: a repeat is judged anew.
    """
    return answer(await service.sell(runtime, caller, key, await request.body(), body)).response()


@routes.post(
    service.REDEMPTIONS_PATH + "/{redemption_id}/reversal",
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    response_model=ReversalReply,
    own_record="the reversal says who undid it",
    problems=(*_TERMINAL, *_KEY, refusals.SaleUnknown, refusals.AlreadyReversed, refusals.ReversalTooLate),
    rate=Rate.SALE,
)
async def reverse_redemption(
    request: Request, runtime: Running, redemption_id: UUID, body: ReversalRequest, caller: Caller, key: Key = None
) -> Response:
    """Take back a sale of the same outlet, whole, on the same business day."""
    raw = await request.body()
    return answer(await service.reverse(runtime, caller, key, redemption_id, raw, body)).response()


@routes.get(
    service.REDEMPTIONS_PATH + "/{redemption_id}",
    purpose="sale_lookup",
    scopes=Scope.REDEMPTIONS_READ,
    response_model_exclude_unset=True,
    problems=refusals.SaleUnknown,
    rate=Rate.SALE,
)
async def read_redemption(redemption_id: UUID, caller: Caller, session: Reading) -> RedemptionRecord:
    """A sale in the books; a terminal sees those of its own outlet."""
    return _record(*await service.read(session, caller, redemption_id))


def _record(sale: SaleRecord, undone: Undone | None) -> RedemptionRecord:
    return RedemptionRecord(
        redemption_id=sale.sale_id,
        card_id=sale.card_id,
        terminal_id=sale.terminal_id,
        outlet_id=sale.outlet_id,
        business_day=sale.business_day,
        occurred_at=sale.occurred_at,
        offline=sale.offline,
        conflict=sale.conflict,
        lines=[LineReply.model_validate(line_members(line)) for line in sale.lines],
        cash_due=sale.cash,
        tenders=[TenderReply.model_validate(tender) for tender in tender_members(sale.tenders)],
        reversal=None if undone is None else ReversalPart(**undone._asdict()),
    )
