"""Roles that are asked for, as proposals (four eyes): who asked does not decide, nor who is to hold it.

Whoever locks a person, what is asked for them and the grant itself does so in this order. The routes of grants show and
decide these proposals: they look at authorities below one's own, too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.people import grant_repository, repository, rules
from api_gateway.people.errors import GrantUnknown, PersonState
from api_gateway.people.fitting import ensure_fits
from api_gateway.people.models import Grant, GrantState, Status
from api_gateway.proposals import PROPOSALS
from approvals import repository as acts
from approvals.kinds import Kind
from approvals.model import Act, Did, Proposal, State
from chassis.logging import get_logger
from chassis.principal import Actor, Principal
from contracts.scopes import Scope

log = get_logger(__name__)

_STATES: Final = {
    State.REFUSED: GrantState.REFUSED,
    State.WITHDRAWN: GrantState.WITHDRAWN,
    State.EXPIRED: GrantState.EXPIRED,
}


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, grant: Grant) -> Proposal:
    """Propose that somebody be given a role. Raises OutsideBound."""
    subject, area = str(grant.grant_id), grant.place.as_area
    return await PROPOSALS.enter(
        session, runtime, caller, ROLE, subject, content(grant), area=area, reason=grant.asked_why
    )


async def proposal_of(session: AsyncSession, grant_id: UUID) -> Proposal | None:
    """The open proposal of a grant, held until the end of the transaction; None once it is decided or over."""
    return await PROPOSALS.lock_open(session, ROLE, str(grant_id))


async def close(session: AsyncSession, grant_id: UUID, state: GrantState, actor: Actor, why: str, at: datetime) -> None:
    """Close what is asked for, without a decision: its time is over, or its person has left."""
    proposal = await proposal_of(session, grant_id)
    grant = await grant_repository.lock(session, grant_id)
    if grant is None or grant.state is not GrantState.ASKED:
        return
    if proposal is not None:
        done = Did.EXPIRED if state is GrantState.EXPIRED else Did.WITHDRAWN
        await acts.act(
            session, proposal.proposal_id, len(proposal.acts) + 1, Act(done, actor, at, proposal.digest, why)
        )
        await acts.end(session, proposal.proposal_id, State(done), at)
    await grant_repository.end(session, grant_id, state, actor.who, at, why)
    log.info("role ended", grant=str(grant_id), role=grant.role, state=state, by=actor.who)


def content(grant: Grant) -> JsonValue:
    """What is proposed of a grant; a migration writes the same of those that were asked for before."""
    return {
        "grant_id": str(grant.grant_id),
        "person_id": str(grant.person_id),
        "role": grant.role,
        "authority_id": grant.authority_id,
        "area": grant.area,
        "object_kind": grant.object_kind,
        "object_id": None if grant.object_id is None else str(grant.object_id),
        "valid_from": _moment(grant.valid_from),
        "valid_to": _moment(grant.valid_to),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


async def _locked(session: AsyncSession, proposal: Proposal) -> Grant:
    grant = await grant_repository.lock(session, UUID(proposal.subject))
    if grant is None:
        raise GrantUnknown
    return grant


async def _content_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    return content(await _locked(session, proposal))


async def _grant(session: AsyncSession, _: Runtime, proposal: Proposal, decider: Principal) -> None:
    grant, now = await _locked(session, proposal), MACHINE_TIME.now()
    rules.ensure_other_hand(decider, grant)
    person = await repository.find(session, grant.person_id)
    if person is None or person.status is Status.LEFT:
        raise PersonState("They have left.", detail_ar="ترك العمل.")
    await ensure_fits(session, decider, grant, now)
    why = proposal.acts[-1].reason
    await grant_repository.decide(session, grant.grant_id, GrantState.GRANTED, decider.person_id, now, why)
    log.info("role decided on", grant=proposal.subject, role=grant.role, state=GrantState.GRANTED, by=decider.subject)


async def _released(session: AsyncSession, _: Runtime, proposal: Proposal) -> None:
    grant, end = await _locked(session, proposal), proposal.acts[-1]
    if grant.state is not GrantState.ASKED:
        return
    state = _STATES[proposal.state]
    if state is GrantState.REFUSED:
        by = UUID(end.actor.who.removeprefix("person:"))
        await grant_repository.decide(session, grant.grant_id, state, by, end.at, end.reason)
    else:
        await grant_repository.end(
            session, grant.grant_id, state, end.actor.who, end.at, end.reason or "nobody decided"
        )
    log.info("role decided on", grant=proposal.subject, role=grant.role, state=state, by=end.actor.who)


ROLE: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="role-grant",
        enters=Scope.GRANTS_ASK,
        decides=Scope.GRANTS_DECIDE,
        execute=_grant,
        content_now=_content_now,
        released=_released,
        listed=False,
    )
)
