"""Routes of API clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from api_gateway.clients import repository, service
from api_gateway.clients.errors import (
    ClientExists,
    ClientUnknown,
    OwnClient,
    ScopeNotGrantable,
    ScopeUnknown,
    TermTooLong,
)
from api_gateway.clients.models import Client, managed_by
from api_gateway.clients.schemas import (
    ClientCreated,
    ClientIdInPath,
    ClientIn,
    ClientList,
    ClientOut,
    RecertificationIn,
    ScopesIn,
    SecretIn,
    SecretOut,
    SuspensionIn,
)
from api_gateway.context import Running
from api_gateway.keys import b64url
from api_gateway.secret_reply import SecretWork, secret_work
from approvals.errors import ProposalOpen
from approvals.model import Proposal
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_text
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["clients"])
CLIENT = Rows("api_client", "client_id", without=("secret_mark",))


def _out(client: Client, proposal: Proposal | None = None) -> ClientOut:
    out = ClientOut.model_validate(client, from_attributes=True)
    return out.model_copy(update={"proposal_id": proposal.proposal_id}) if proposal is not None else out


_GRANTING = (OwnClient, ScopeUnknown, ScopeNotGrantable)


@routes.post(
    "/v1/clients",
    scopes=Scope.CLIENTS_WRITE,
    status_code=201,
    problems=(ClientExists, ScopeUnknown, ScopeNotGrantable, TermTooLong),
    rows=CLIENT,
)
async def register_client(
    body: ClientIn, runtime: Running, caller: Caller, work: Annotated[SecretWork, secret_work("client_secret", b64url)]
) -> ClientCreated:
    """Register a system that may call the API. The reply is the only one that shows its secret.

    It may do nothing before another person has decided about its scopes (`proposal_id`).
    """
    client, proposal = await service.register(work.session, runtime, body, work.secret, caller)
    return ClientCreated(**_out(client, proposal).model_dump(), client_secret=work.secret)


@routes.get("/v1/clients", scopes=(Scope.CLIENTS_READ, Scope.CLIENTS_WRITE, Scope.CLIENTS_SUSPEND))
async def list_clients(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[str], by_text(100, 500, r"^[a-z0-9._~-]*$")],
    ends_before: Annotated[AwareDatetime | None, Query(description="only those that end before this moment")] = None,
) -> ClientList:
    """Clients in the order of their ids; with `ends_before` the list of those to be recertified by then."""
    clients = await repository.page(session, managed_by(caller.bound), page, ends_before)
    return ClientList.of(page, [_out(client) for client in clients], lambda client: client.client_id)


@routes.get(
    "/v1/clients/{client_id}",
    scopes=(Scope.CLIENTS_READ, Scope.CLIENTS_WRITE, Scope.CLIENTS_SUSPEND),
    problems=ClientUnknown,
)
async def read_client(client_id: ClientIdInPath, caller: Caller, session: Reading) -> ClientOut:
    """A client: who answers for it, what for, what it may do and until when."""
    return _out(managed_by(caller.bound).own(await repository.find(session, client_id), ClientUnknown))


@routes.put(
    "/v1/clients/{client_id}/scopes",
    scopes=Scope.CLIENTS_WRITE,
    problems=(ClientUnknown, ProposalOpen, *_GRANTING),
    rows=CLIENT,
)
async def replace_scopes(
    client_id: ClientIdInPath, body: ScopesIn, runtime: Running, caller: Caller, session: Work
) -> ClientOut:
    """Say anew what a client may do. What is added is proposed: another person decides (`proposal_id`).

    Tokens it holds keep their scopes until they expire; to cut it off now, suspend it.
    """
    return _out(*await service.grant(session, runtime, caller, client_id, body.scopes))


@routes.post("/v1/clients/{client_id}/secrets", scopes=Scope.CLIENTS_WRITE, status_code=201, problems=ClientUnknown)
async def renew_secret(
    client_id: ClientIdInPath,
    body: SecretIn,
    runtime: Running,
    caller: Caller,
    work: Annotated[SecretWork, secret_work("client_secret", b64url)],
) -> SecretOut:
    """A new secret for a client. The one before stays good for a while, so that nothing stands still meanwhile."""
    secrets, settings = runtime.state.secrets, runtime.state.settings
    client, earlier = await service.rotate_secret(
        work.session, secrets, settings, caller, client_id, work.secret, body.overlap_hours
    )
    return SecretOut(
        client_id=client_id,
        client_secret=work.secret,
        secret_expires_at=client.secret_expires_at,
        earlier_good_until=earlier,
    )


@routes.post(
    "/v1/clients/{client_id}/recertification",
    scopes=Scope.CLIENTS_WRITE,
    problems=(ClientUnknown, TermTooLong, *_GRANTING),
    rows=CLIENT,
)
async def recertify_client(
    client_id: ClientIdInPath, body: RecertificationIn, runtime: Running, caller: Caller, session: Work
) -> ClientOut:
    """Answer for a client for another while: what it is for, and until when."""
    return _out(await service.recertify(session, runtime.state.settings, caller, client_id, body))


@routes.post(
    "/v1/clients/{client_id}/suspension",
    scopes=(Scope.CLIENTS_WRITE, Scope.CLIENTS_SUSPEND),
    problems=(ClientUnknown, OwnClient),
    rows=CLIENT,
)
async def suspend_client(
    client_id: ClientIdInPath, body: SuspensionIn, runtime: Running, caller: Caller, session: Work
) -> ClientOut:
    """Refuse a client everywhere within a second, whatever tokens it holds."""
    revocations = runtime.revocations
    return _out(await service.suspend(session, revocations, caller, client_id, body.reason))


@routes.delete("/v1/clients/{client_id}/suspension", scopes=Scope.CLIENTS_WRITE, problems=ClientUnknown, rows=CLIENT)
async def reinstate_client(client_id: ClientIdInPath, runtime: Running, caller: Caller, session: Work) -> ClientOut:
    """Let a suspended client call again."""
    return _out(await service.reinstate(session, runtime.revocations, caller, client_id))
