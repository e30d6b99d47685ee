"""Routes of sales. `POST /v1/redemptions` is answered by `route.py` before it gets here; both must agree."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Header, Query, Request, Response

from chassis import idempotency
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.holder_proofs.refusals import REFUSALS as HOLDER_PROOFS
from chassis.months import Day
from chassis.paging import LAST_ID, Paging, by_id
from chassis.principal import CallerKind
from chassis.problems import IdempotencyKeyMissing
from chassis.refusals import IdempotencyKeyReused
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.redemptions import service
from supply_service.redemptions.http import answer
from supply_service.redemptions.schemas import (
    LineReply,
    OwnSale,
    OwnSales,
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

_TERMINALS: Final = frozenset({CallerKind.TERMINAL})
_TERMINAL = (refusals.TerminalNeeded, refusals.TerminalUnknown, refusals.TerminalNotActive)
_KEY = (IdempotencyKeyMissing, IdempotencyKeyReused)
# In the order in which they are asked: of several faults the first is told. Lines are looked at one after the other.
_DRAW = (
    refusals.PolicyNotInForce,
    refusals.TerminalClockSkew,
    refusals.CardUnknown,
    refusals.CardClosed,
    refusals.CardBlocked,
    refusals.CardNotActive,
    refusals.SupplyNotEnabled,
    refusals.TrialApart,
    refusals.WrongOutletKind,
    refusals.OutsideGovernorate,
    refusals.BreadCodeForBread,
    refusals.FlourChosen,
    refusals.FlourNotChosen,
    refusals.ProgrammeClosed,
    refusals.GrantClosed,
    refusals.NotEligible,
    refusals.PointsWindowClosed,
    refusals.ItemUnknown,
    refusals.DayAlreadyDrawn,
    refusals.TooManyDays,
    refusals.CrossesMonthEnd,
    refusals.QuotaExceeded,
    refusals.ItemLimitExceeded,
    refusals.InstalmentsUsed,
    refusals.AllowanceExceeded,
    refusals.AmountDiffers,
    refusals.HoldMismatch,
    refusals.CashMismatch,
    *HOLDER_PROOFS,
    refusals.HoldUnknown,
    refusals.HoldExpired,
)
_ORDER: Final = [problem.code for problem in (*_TERMINAL, refusals.OutletSuspended, *_KEY, *_DRAW)]


@routes.post(
    service.REDEMPTIONS_PATH,
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    response_model=RedemptionReply,
    own_record="the sale says who sold to whom",
    problems=(*_TERMINAL, refusals.OutletSuspended, *_KEY, *_DRAW),
    openapi_extra={"x-refusal-order": _ORDER},
    rate=Rate.SALE,
    hot=True,
)
async def create_redemption(
    request: Request, runtime: Running, body: RedemptionRequest, caller: Caller, key: Key = None
) -> Response:
    """Sell bread, goods or bread points: all lines or none. The reply leaves after the commit.

    A repeat with the same key and body gets the first answer with its status and the header
    `Idempotency-Replayed: true`. A refusal changes nothing and is not stored: a repeat is judged anew. Of several
    reasons the first is told, in the order of `x-refusal-order`; lines are looked at one after the other.
    """
    return answer(await service.sell(runtime, caller, key, await request.body(), body)).response()


@routes.post(
    service.REDEMPTIONS_PATH + "/{redemption_id}/reversal",
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    response_model=ReversalReply,
    own_record="the reversal says who undid it",
    problems=(
        *_TERMINAL,
        *_KEY,
        refusals.SaleUnknown,
        refusals.AlreadyReversed,
        refusals.ReversalTooLate,
        refusals.LineUnknown,
        refusals.PartNotReversible,
    ),
    rate=Rate.SALE,
)
async def reverse_redemption(
    request: Request, runtime: Running, redemption_id: UUID, body: ReversalRequest, caller: Caller, key: Key = None
) -> Response:
    """Take back a sale of the same outlet, or some of its lines, once: on its business day or within hours of it."""
    raw = await request.body()
    return answer(await service.reverse(runtime, caller, key, redemption_id, raw, body)).response()


@routes.get(
    service.REDEMPTIONS_PATH,
    scopes=Scope.REDEMPTIONS_READ,
    callers=_TERMINALS,
    response_model_exclude_unset=True,
    problems=(refusals.TerminalUnknown, refusals.TerminalNotActive),
)
async def list_own_sales(
    runtime: Running,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)],
    day: Annotated[Day | None, Query(description="a business day of Cairo; today where none is given")] = None,
    terminal_id: Annotated[
        UUID | None, Query(description="one terminal of the outlet; all where none is given")
    ] = None,
) -> OwnSales:
    """What the terminal's outlet sold on a business day: by itself, or by every terminal of the outlet."""
    found = await service.of_day(session, runtime, caller, day, terminal_id, page)
    return OwnSales.of(page, [_own(*one) for one in found], lambda sale: sale.redemption_id)


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


def _own(sale: SaleRecord, undone: Undone | None) -> OwnSale:
    return OwnSale(
        redemption_id=sale.sale_id,
        terminal_id=sale.terminal_id,
        business_day=sale.business_day,
        occurred_at=sale.occurred_at,
        offline=sale.offline,
        conflict=sale.conflict,
        lines=[LineReply.model_validate(line_members(line)) for line in sale.lines],
        cash_due=sale.cash,
        tenders=[TenderReply.model_validate(tender) for tender in tender_members(sale.tenders)],
        reversal=None if undone is None else ReversalPart(**undone._asdict()),
    )


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
        presence=sale.presence,
        reversal=None if undone is None else ReversalPart(**undone._asdict()),
    )
