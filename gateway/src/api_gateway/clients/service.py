"""Registering, granting scopes to, suspending, recertifying and reinstating API clients, and renewing their secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients import repository
from api_gateway.clients.asking import ask, needs_decision
from api_gateway.clients.errors import ClientExists, ClientUnknown, TermTooLong
from api_gateway.clients.models import UNASSIGNED, Client, managed_by
from api_gateway.clients.rights import ensure_another, ensure_grantable, ensure_within
from api_gateway.clients.schemas import ClientIn, RecertificationIn
from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from approvals.model import Proposal
from chassis import outbox
from chassis.auth import Revocations
from chassis.logging import get_logger
from chassis.principal import Principal
from contracts.clients import Owner
from contracts.gateway import ClientReinstated, ClientSuspended

log = get_logger(__name__)


async def register(
    session: AsyncSession, runtime: Runtime, asked: ClientIn, secret: str, caller: Principal
) -> tuple[Client, Proposal | None]:
    """Write a new client; without scopes, and a proposal of them, where another has to decide.

    Raises ScopeUnknown, ScopeNotGrantable, OutsideBound, TermTooLong or ClientExists.
    """
    secrets, settings = runtime.state.secrets, runtime.state.settings
    now = MACHINE_TIME.now()
    owner = asked.owner or caller.bound.authority or Owner.MINISTRY
    mark = secrets.mark(asked.client_id, secret)
    made = Client(
        client_id=asked.client_id,
        name=asked.name,
        owner=owner,
        purpose=asked.purpose or asked.name,
        scopes=asked.scopes,
        governorate=asked.governorate,
        site_id=asked.site_id,
        marked_with=mark.key,
        secret_mark=mark.value,
        secret_expires_at=now + timedelta(days=settings.gateway_secret_days),
        created_at=now,
        created_by=caller.subject,
        expires_at=_end(settings, now, asked.expires_at),
    )
    ensure_grantable(owner, made.scopes)
    ensure_within(caller, made)
    decided = needs_decision(caller, settings.bootstrap_client_id)
    written = replace(made, scopes=[]) if decided else made
    if not await repository.add(session, written):
        raise ClientExists("Choose another client_id.", detail_ar="اختر معرفاً آخر للنظام.")
    proposal = await ask(session, runtime, caller, written, made.scopes) if decided else None
    log.info("client registered", client=made.client_id, owner=owner, scopes=written.scopes, by=caller.subject)
    return written, proposal


async def grant(
    session: AsyncSession, runtime: Runtime, caller: Principal, client_id: str, wanted: list[str]
) -> tuple[Client, Proposal | None]:
    """Replace a client's scopes; tokens it holds keep theirs until they expire. What is taken away goes at once.

    What is added is proposed, where another has to decide. Raises ScopeUnknown, ScopeNotGrantable, ClientUnknown,
    ProposalOpen, or OwnClient: nobody grants themselves anything.
    """
    ensure_another(caller, client_id)
    client = await _locked(session, caller, client_id)
    ensure_within(caller, client)
    ensure_grantable(client.owner, set(wanted) - set(client.scopes))
    decided = needs_decision(caller, runtime.state.settings.bootstrap_client_id)
    at_once = [scope for scope in wanted if scope in client.scopes] if decided else wanted
    await repository.set_scopes(session, client_id, at_once)
    log.info("client's scopes replaced", client=client_id, before=client.scopes, scopes=at_once, by=caller.subject)
    written = replace(client, scopes=at_once)
    return written, await ask(session, runtime, caller, written, wanted) if at_once != wanted else None


async def rotate_secret(
    session: AsyncSession,
    secrets: Secrets,
    settings: Settings,
    caller: Principal,
    client_id: str,
    secret: str,
    overlap_hours: int | None,
) -> tuple[Client, datetime | None]:
    """Give a client a new secret; the one before stays good for a while, and until when. Raises ClientUnknown."""
    client = await _locked(session, caller, client_id)
    ensure_within(caller, client)
    now = MACHINE_TIME.now()
    hours = settings.gateway_secret_overlap_hours if overlap_hours is None else overlap_hours
    ends = now + timedelta(hours=hours)
    if client.secret_expires_at is not None:
        ends = min(ends, client.secret_expires_at)  # a secret whose time is over does not come back
    mark = secrets.mark(client_id, secret)
    after = replace(
        client,
        marked_with=mark.key,
        secret_mark=mark.value,
        secret_expires_at=now + timedelta(days=settings.gateway_secret_days),
    )
    overlap_ends = ends if ends > now else None
    await repository.rotate(session, client, after, overlap_ends)
    log.info("client's secret renewed", client=client_id, overlap_hours=hours, by=caller.subject)
    return after, overlap_ends


async def recertify(
    session: AsyncSession, settings: Settings, caller: Principal, client_id: str, said: RecertificationIn
) -> Client:
    """Answer for a client for another while. Raises ClientUnknown, OwnClient, ScopeNotGrantable or TermTooLong."""
    ensure_another(caller, client_id)
    client = await _locked(session, caller, client_id)
    ensure_within(caller, client)
    now = MACHINE_TIME.now()
    owner = client.owner
    if owner == UNASSIGNED and said.owner is not None:
        owner = said.owner
    after = replace(client, owner=owner, purpose=said.purpose, expires_at=_end(settings, now, said.expires_at))
    ensure_within(caller, after)
    ensure_grantable(owner, after.scopes)
    await repository.recertify(session, after, now, caller.subject)
    log.info("client recertified", client=client_id, owner=owner, by=caller.subject)
    return replace(after, recertified_at=now, recertified_by=caller.subject, upgrade_note=None)


async def suspend(
    session: AsyncSession, revocations: Revocations, caller: Principal, client_id: str, reason: str
) -> Client:
    """Refuse a client everywhere from the commit on, if that is not so yet. Raises ClientUnknown, OwnClient."""
    ensure_another(caller, client_id)
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


def _end(settings: Settings, now: datetime, wanted: datetime | None) -> datetime:
    """When a client ends. Raises TermTooLong."""
    latest = now + timedelta(days=settings.gateway_client_days)
    if wanted is None:
        return latest
    if not now < wanted <= latest:
        raise TermTooLong(
            f"expires_at must be within {settings.gateway_client_days} days from now.",
            detail_ar=f"المدة بحد أقصى {settings.gateway_client_days} يوماً من الآن.",
        )
    return wanted


async def _locked(session: AsyncSession, caller: Principal, client_id: str) -> Client:
    return managed_by(caller.bound).own(await repository.lock(session, client_id), ClientUnknown)
