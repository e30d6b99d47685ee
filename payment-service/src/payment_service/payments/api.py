"""Routes of payments by card."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi import Request as HttpRequest

from chassis import idempotency
from chassis.auth import Principal, requires
from chassis.db import Reading
from chassis.problems import responses
from chassis.runtime import get_runtime
from payment_service.errors import CardNotUsable, TerminalOnly, WalletUnknown
from payment_service.ledger import refusals
from payment_service.ledger.http import created, done
from payment_service.ledger.rules import Settle
from payment_service.payments import service
from payment_service.payments.schemas import AuthorizationRequest, CaptureRequest, Payment, Refund, RefundRequest

routes = APIRouter(tags=["payments"])

Key = Annotated[str | None, Header(alias=idempotency.HEADER)]
Terminal = Annotated[Principal, requires("payments:create")]
_SETTLED = (TerminalOnly, refusals.TransferUnknown, refusals.HoldExpired, refusals.HoldSettled)


@routes.post(
    "/v1/payments/authorizations",
    status_code=201,
    response_model=Payment,
    responses=responses(TerminalOnly, WalletUnknown, CardNotUsable, refusals.InsufficientFunds),
)
async def authorize(http: HttpRequest, body: AuthorizationRequest, caller: Terminal, key: Key = None) -> Response:
    """Hold an amount on the wallet behind a card until it is captured, voided or runs out."""
    request = await _request(http, caller, key)
    return created(await service.authorize(get_runtime(http), request, body)).response()


@routes.post("/v1/payments/{payment_id}/capture", response_model=Payment, responses=responses(*_SETTLED))
async def capture(
    payment_id: UUID, http: HttpRequest, body: CaptureRequest, caller: Terminal, key: Key = None
) -> Response:
    """Take what is held, or less; the rest is free again."""
    request = await _request(http, caller, key)
    wanted = Settle(payment_id, "posted", body.amount)
    return done(await service.settle(get_runtime(http), request, wanted)).response()


@routes.post("/v1/payments/{payment_id}/void", response_model=Payment, responses=responses(*_SETTLED))
async def void(payment_id: UUID, http: HttpRequest, caller: Terminal, key: Key = None) -> Response:
    """Give a hold up."""
    request = await _request(http, caller, key)
    return done(await service.settle(get_runtime(http), request, Settle(payment_id, "voided"))).response()


@routes.post(
    "/v1/payments/{payment_id}/refunds",
    status_code=201,
    response_model=Refund,
    responses=responses(TerminalOnly, refusals.TransferUnknown, refusals.NotCaptured, refusals.RefundTooLarge),
)
async def refund(
    payment_id: UUID, http: HttpRequest, body: RefundRequest, caller: Terminal, key: Key = None
) -> Response:
    """Send a captured payment back, whole or in part; never more than was paid."""
    request = await _request(http, caller, key)
    return created(await service.refund(get_runtime(http), request, payment_id, body.amount, body.reason)).response()


@routes.get("/v1/payments/{payment_id}", responses=responses(refusals.TransferUnknown))
async def get_payment(
    payment_id: UUID, caller: Annotated[Principal, requires("payments:create", "payments:read")], session: Reading
) -> Payment:
    """A payment of the terminal's own outlet, or at an outlet the caller may see; another's is 404."""
    found = await service.own_payment(session, caller.bound, payment_id)
    return Payment.model_validate(service.payment_document(found))


async def _request(http: HttpRequest, caller: Principal, key: str | None) -> service.Request:
    return service.Request(caller, key, http.method, http.url.path, await http.body())
