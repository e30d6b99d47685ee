"""Registering, granting scopes to, suspending and reinstating API clients."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients import repository
from api_gateway.clients.errors import ClientExists, ClientUnknown, OwnClient, ScopeUnknown
from api_gateway.clients.models import Client
from api_gateway.clients.schemas import ClientIn
from api_gateway.database import MACHINE_TIME
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from chassis import outbox
from chassis.auth import Revocations
from chassis.logging import get_logger
from chassis.principal import Principal
from contracts.gateway import ClientReinstated, ClientSuspended
from contracts.scopes import Scope

log = get_logger(__name__)

CITIZENS_DATA = ("citizens:", "cards:", "redemptions:", "entitlements:", "messages:", "overview:", "days:")
"""Scopes the bootstrap client is not given: whoever sets the system up need not see the citizens in it."""


def check_scopes(wanted: Collection[str]) -> None:
    """Raises ScopeUnknown for a scope that opens nothing."""
    unknown = sorted(set(wanted) - set(Scope))
    if unknown:
        raise ScopeUnknown(f"These scopes open nothing: {', '.join(unknown)}.", unknown=list(unknown))


async def register(session: AsyncSession, secrets: Secrets, client: ClientIn, secret: str, caller: Principal) -> Client:
    """Write a new client. Raises ScopeUnknown, OutsideBound or ClientExists."""
    check_scopes(client.scopes)
    mark = secrets.mark(client.client_id, secret)
    made = Client(
        **client.model_dump(),
        marked_with=mark.key,
        secret_mark=mark.value,
        created_at=MACHINE_TIME.now(),
        created_by=caller.subject,
    )
    caller.bound.ensure_covers(made.area)
    if not await repository.add(session, made):
        raise ClientExists("Choose another client_id.")
    log.info("client registered", client=made.client_id, scopes=made.scopes, by=caller.subject)
    return made


async def grant(session: AsyncSession, caller: Principal, client_id: str, wanted: list[str]) -> Client:
    """Replace a client's scopes; tokens it holds keep theirs until they expire.

    Raises ScopeUnknown, ClientUnknown, or OwnClient: nobody grants themselves anything.
    """
    check_scopes(wanted)
    if client_id == caller.subject:
        raise OwnClient("Let another client do this.")
    client = await _locked(session, caller, client_id)
    await repository.set_scopes(session, client_id, wanted)
    log.info("client's scopes replaced", client=client_id, before=client.scopes, scopes=wanted, by=caller.subject)
    return replace(client, scopes=wanted)


async def suspend(
    session: AsyncSession, revocations: Revocations, caller: Principal, client_id: str, reason: str
) -> Client:
    """Refuse a client everywhere from the commit on, if that is not so yet. Raises ClientUnknown, OwnClient."""
    if client_id == caller.subject:
        raise OwnClient("Let another client do this.")
    client = await _locked(session, caller, client_id)
    if client.suspended_at is not None:
        return client
    now = MACHINE_TIME.now()
    await repository.set_suspension(session, client_id, now, reason)
    await revocations.suspend(session, client_id, reason)
    await outbox.add(session, ClientSuspended(client_id=client_id, reason=reason))
    log.info("client suspended", client=client_id, by=caller.subject)
    return replace(client, suspended_at=now, suspension_reason=reason)


async def reinstate(session: AsyncSession, revocations: Revocations, caller: Principal, client_id: str) -> Client:
    """Let a client call again; one that may call already stays so. Raises ClientUnknown."""
    client = await _locked(session, caller, client_id)
    if client.suspended_at is None:
        return client
    await repository.set_suspension(session, client_id, None, None)
    await revocations.reinstate(session, client_id)
    await outbox.add(session, ClientReinstated(client_id=client_id))
    log.info("client reinstated", client=client_id, by=caller.subject)
    return replace(client, suspended_at=None, suspension_reason=None)


async def ensure_bootstrap(session: AsyncSession, secrets: Secrets, settings: Settings) -> None:
    """Write the client that sets everything else up, with the secret of the environment."""
    if settings.bootstrap_client_secret is None:
        return
    client_id = settings.bootstrap_client_id
    mark = secrets.mark(client_id, settings.bootstrap_client_secret.get_secret_value())
    granted = sorted(str(scope) for scope in Scope if not scope.startswith(CITIZENS_DATA))
    await repository.put(
        session,
        Client(
            client_id=client_id,
            name="Bootstrap",
            scopes=granted,
            governorate=None,
            site_id=None,
            marked_with=mark.key,
            secret_mark=mark.value,
            created_at=MACHINE_TIME.now(),
            created_by="environment",
        ),
    )


async def _locked(session: AsyncSession, caller: Principal, client_id: str) -> Client:
    return caller.bound.own(await repository.lock(session, client_id), ClientUnknown)
