"""Scopes of clients by two persons: who asks for them does not decide, and a client without a decision has none."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients import repository
from api_gateway.clients.errors import ClientUnknown
from api_gateway.clients.models import Client
from api_gateway.clients.rights import ensure_grantable
from api_gateway.context import Runtime
from api_gateway.proposals import PROPOSALS
from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import NATION, Area
from chassis.logging import get_logger
from chassis.principal import CallerKind, Principal
from contracts.scopes import Scope

log = get_logger(__name__)


def needs_decision(caller: Principal, bootstrap: str) -> bool:
    """Whether what the caller gives a client is decided by another: all but what the client that sets up gives."""
    return not (caller.kind is CallerKind.CLIENT and caller.subject == bootstrap)


async def ask(
    session: AsyncSession, runtime: Runtime, caller: Principal, client: Client, wanted: list[str]
) -> Proposal:
    """Propose what a client may do from now on. Raises OutsideBound or ProposalOpen."""
    content = _content(client, wanted)
    return await PROPOSALS.enter(session, runtime, caller, SCOPES, client.client_id, content, area=_area(client))


def _area(client: Client) -> Area:
    """Where it is decided: in the client's governorate by the central authority, which decides for all owners."""
    area = client.area
    return Area(None if area.governorate == NATION else area.governorate, area.district, site_id=area.site_id)


def _content(client: Client, wanted: list[str]) -> JsonValue:
    before: list[JsonValue] = [*sorted(client.scopes)]
    scopes: list[JsonValue] = [*sorted(wanted)]
    return {
        "client_id": client.client_id,
        "name": client.name,
        "owner": client.owner,
        "governorate": client.governorate,
        "before": before,
        "scopes": scopes,
    }


def _wanted(proposal: Proposal) -> list[str]:
    content = proposal.content
    scopes = content.get("scopes") if isinstance(content, dict) else None
    return [str(scope) for scope in scopes] if isinstance(scopes, list) else []


async def _content_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    client = await repository.lock(session, proposal.subject)
    return _content(client, _wanted(proposal)) if client is not None else None


async def _grant(session: AsyncSession, _: Runtime, proposal: Proposal, decider: Principal) -> None:
    client = await repository.lock(session, proposal.subject)
    if client is None:
        raise ClientUnknown
    wanted = _wanted(proposal)
    ensure_grantable(client.owner, set(wanted) - set(client.scopes))  # the tables may be narrower by now
    await repository.set_scopes(session, client.client_id, wanted)
    log.info("client's scopes replaced", client=client.client_id, scopes=wanted, by=decider.subject)


SCOPES: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="client-scopes",
        enters=Scope.CLIENTS_WRITE,
        decides=Scope.CLIENTS_APPROVE,
        execute=_grant,
        content_now=_content_now,
    )
)
