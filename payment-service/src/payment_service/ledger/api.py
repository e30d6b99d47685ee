"""Routes of the ledger, for ministry systems. `POST /v1/transfers` is answered by `route.py` before it gets here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, security
from chassis.area import OF_THE_NATION, Area
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import MIB, Rate
from chassis.holder_proofs.refusals import HolderProofRequired
from chassis.months import Day
from chassis.personal import Personal
from chassis.principal import Principal
from chassis.problems import NotFound
from chassis.records.acts import Rows
from chassis.records.entries import entry_of
from chassis.records.said import acting_in
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.ledger import refusals, repository, service
from payment_service.ledger.accounts import account_id
from payment_service.ledger.http import created
from payment_service.ledger.schemas import (
    AccountDocument,
    AccountRequest,
    LedgerProof,
    LedgerTotals,
    TotalOfKind,
    TransfersReply,
    TransfersRequest,
)

routes = router(tags=["ledger"])


@routes.post(
    service.TRANSFERS_PATH,
    scopes=Scope.LEDGER_WRITE,
    status_code=201,
    response_model=TransfersReply,
    own_record="each transfer keeps who ordered it, and who settled it",
    problems=(
        refusals.AccountUnknown,
        refusals.AccountReserved,
        HolderProofRequired,
        refusals.WalletFrozen,
        refusals.TransferUnknown,
        refusals.TransferIdReused,
        refusals.InsufficientFunds,
        refusals.HoldExpired,
        refusals.HoldSettled,
        refusals.LinkedFailed,
        refusals.TransferInvalid,
    ),
    deadline=30,
    body=2 * MIB,
)
async def create_transfers(
    request: Request,
    runtime: Running,
    body: TransfersRequest,
    caller: Caller,
    key: Annotated[str | None, Header(alias=idempotency.HEADER)] = None,
) -> Response:
    """Carry out one transfer or thousands, each with its own result; linked ones all or none."""
    result = await service.carry_out(runtime, caller, key, await request.body(), body, acting_in(request))
    return created(result).response()


@routes.post("/v1/accounts", scopes=Scope.LEDGER_WRITE, status_code=201, rows=Rows("account", "account_id"))
async def open_account(body: AccountRequest, caller: Caller, session: Work) -> AccountDocument:
    """Open an account, or find the one its owner has."""
    caller.bound.ensure_covers(OF_THE_NATION)
    found = account_id(body.kind, body.owner)
    await repository.open_accounts(session, body.kind, [body.owner])
    return await _document(session, caller, found)


@routes.get(
    "/v1/accounts/{account_id}",
    scopes=Scope.LEDGER_READ,
    problems=refusals.AccountUnknown,
    reads=Personal.MONEY,
    purpose="wallet_lookup",
)
async def get_account(account_id: UUID, request: Request, caller: Caller, session: Reading) -> AccountDocument:
    """An account with its balance. A wallet's is a citizen's, and whoever looks at it is recorded."""
    found = await _document(session, caller, account_id)
    if found.kind == "wallet":
        entry_of(request).about(citizen_id=UUID(found.owner))
    return found


@routes.get("/v1/ledger-totals", scopes=Scope.LEDGER_READ, rate=Rate.BULK)
async def get_totals(day: Day, caller: Caller, session: Reading) -> LedgerTotals:
    """What was posted on a business day, to be compared with what other services say."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    rows = await repository.totals(session, day)
    return LedgerTotals(day=day, totals=[TotalOfKind(**row._mapping) for row in rows])


@routes.get("/v1/ledger-proof", scopes=Scope.LEDGER_READ, rate=Rate.BULK)
async def get_proof(caller: Caller, session: Reading) -> LedgerProof:
    """Count the whole ledger anew from its entries."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    row = await repository.proof(session)
    sums = ("sum_of_balances", "sum_of_entries", "balances_off", "holds_off", "overdrawn")
    wrong = [name for name in sums if row._mapping[name]]
    if wrong:
        security.unsound("ledger", wrong)
    return LedgerProof(**row._mapping, sound=not wrong)


async def _document(session: AsyncSession, caller: Principal, found: UUID) -> AccountDocument:
    row = await repository.account(session, found)
    if row is None or not caller.bound.covers(Area(row.governorate)):
        raise refusals.AccountUnknown()
    return AccountDocument(
        account_id=row.account_id,
        kind=row.kind,
        owner=row.owner,
        currency=row.currency,
        balance=row.balance,
        held=row.held,
        available=row.balance - row.held,
    )
