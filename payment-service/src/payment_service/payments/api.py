"""Routes of payments by card."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from fastapi import Request as HttpRequest

from chassis import idempotency
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.holder_proofs.refusals import REFUSALS as HOLDER_PROOFS
from chassis.principal import Principal
from chassis.records.said import acting_in
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import CardNotUsable, PaymentNotEnabled, TerminalOnly, TrialApart, WalletUnknown
from payment_service.ledger import refusals
from payment_service.ledger.http import created, done
from payment_service.ledger.rules import Settle
from payment_service.payments import service
from payment_service.payments.schemas import AuthorizationRequest, CaptureRequest, Payment, Refund, RefundRequest

routes = router(tags=["payments"])

Key = Annotated[str | None, Header(alias=idempotency.HEADER)]
_SETTLED = (TerminalOnly, refusals.TransferUnknown, refusals.HoldExpired, refusals.HoldSettled)


@routes.post(
    "/v1/payments/authorizations",
    own_record="the payment says who held it",
    scopes=Scope.PAYMENTS_CREATE,
    status_code=201,
    response_model=Payment,
    problems=(
        TerminalOnly,
        WalletUnknown,
        CardNotUsable,
        PaymentNotEnabled,
        TrialApart,
        refusals.WalletFrozen,
        refusals.InsufficientFunds,
        *HOLDER_PROOFS,
    ),
    rate=Rate.SALE,
    hot=True,
)
async def authorize(
    http: HttpRequest, runtime: Running, body: AuthorizationRequest, caller: Caller, key: Key = None
) -> Response:
    """Hold an amount on the wallet behind a card until it is captured, voided or runs out.

    The card's holder has to be there: `holder_proof` permits one hold at this terminal, of at most its amount.
    """
    request = await _request(http, caller, key)
    return created(await service.authorize(runtime, request, body)).response()


@routes.post(
    "/v1/payments/{payment_id}/capture",
    own_record="the payment says who took or gave it up",
    scopes=Scope.PAYMENTS_CREATE,
    response_model=Payment,
    problems=_SETTLED,
    rate=Rate.SALE,
)
async def capture(
    payment_id: UUID, http: HttpRequest, runtime: Running, body: CaptureRequest, caller: Caller, key: Key = None
) -> Response:
    """Take what is held, or less; the rest is free again."""
    request = await _request(http, caller, key)
    wanted = Settle(payment_id, "posted", body.amount)
    return done(await service.settle(runtime, request, wanted)).response()


@routes.post(
    "/v1/payments/{payment_id}/void",
    own_record="the payment says who took or gave it up",
    scopes=Scope.PAYMENTS_CREATE,
    response_model=Payment,
    problems=_SETTLED,
    rate=Rate.SALE,
)
async def void(payment_id: UUID, http: HttpRequest, runtime: Running, caller: Caller, key: Key = None) -> Response:
    """Give a hold up."""
    request = await _request(http, caller, key)
    return done(await service.settle(runtime, request, Settle(payment_id, "voided"))).response()


@routes.post(
    "/v1/payments/{payment_id}/refunds",
    own_record="the refund says who gave it",
    scopes=Scope.PAYMENTS_CREATE,
    status_code=201,
    response_model=Refund,
    problems=(TerminalOnly, refusals.TransferUnknown, refusals.NotCaptured, refusals.RefundTooLarge),
    rate=Rate.SALE,
)
async def refund(
    payment_id: UUID, http: HttpRequest, runtime: Running, body: RefundRequest, caller: Caller, key: Key = None
) -> Response:
    """Send a captured payment back, whole or in part; never more than was paid."""
    request = await _request(http, caller, key)
    return created(await service.refund(runtime, request, payment_id, body.amount, body.reason)).response()


@routes.get(
    "/v1/payments/{payment_id}",
    purpose="payment_lookup",
    scopes=(Scope.PAYMENTS_CREATE, Scope.PAYMENTS_READ),
    problems=refusals.TransferUnknown,
    rate=Rate.SALE,
)
async def get_payment(payment_id: UUID, caller: Caller, session: Reading) -> Payment:
    """A payment of the terminal's own outlet, or at an outlet the caller may see; another's is 404."""
    found = await service.own_payment(session, caller.bound, payment_id)
    return Payment.model_validate(service.payment_document(found))


async def _request(http: HttpRequest, caller: Principal, key: str | None) -> service.Request:
    return service.Request(caller, key, http.method, http.url.path, await http.body(), acting_in(http))
