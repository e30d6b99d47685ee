"""Delays of disclosures as proposals (four eyes): who asks for one does not decide on it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.disclosures import repository
from api_gateway.proposals import PROPOSALS
from approvals.content import canonical, digest_of
from approvals.kinds import Kind
from approvals.model import Proposal
from chassis import outbox
from chassis.area import OF_THE_NATION
from chassis.principal import Principal
from chassis.problems import NotFound
from chassis.processing import holds
from contracts.gateway import LegalHoldPlaced
from contracts.scopes import Scope


def content(delay_id: UUID, citizen_id: UUID, case_number: str, reason: str, until: date) -> JsonValue:
    """What is proposed, by reference: whom it is about, and why, is in the digest and in no list of proposals."""
    about: JsonValue = {"citizen_id": str(citizen_id), "case_number": case_number, "reason": reason}
    return {
        "delay_id": str(delay_id),
        "until": until.isoformat(),
        "about_sha256": digest_of(canonical(about)).hex(),
    }


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, delay: Row[Any]) -> Proposal:
    """Propose that a delay hold. Raises OutsideBound."""
    return await PROPOSALS.enter(session, runtime, caller, DELAY, str(delay.delay_id), _of(delay), area=OF_THE_NATION)


async def proposal_of(session: AsyncSession, delay_id: UUID) -> Proposal | None:
    """The open proposal of a delay, held until the end of the transaction; None once it is decided or over."""
    return await PROPOSALS.lock_open(session, DELAY, str(delay_id))


def _of(delay: Row[Any]) -> JsonValue:
    return content(delay.delay_id, delay.citizen_id, delay.case_number, delay.reason, delay.until)


async def _content_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    delay = await repository.lock(session, UUID(proposal.subject))
    if delay is None:
        raise NotFound
    return _of(delay)


async def _hold(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    delay = await repository.lock(session, UUID(proposal.subject))
    if delay is None:
        raise NotFound
    await repository.decide(session, delay.delay_id, decider.subject, runtime.clock.now())
    hold = LegalHoldPlaced(hold_id=delay.delay_id, citizen_id=delay.citizen_id, until=delay.until)
    await holds.keep(session, hold)
    await outbox.add(session, hold)


DELAY: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="disclosure-delay",
        enters=Scope.PRIVACY_WRITE,
        decides=Scope.PRIVACY_WRITE,
        execute=_hold,
        content_now=_content_now,
    )
)
