"""Use cases: ask that a citizen's data be restricted or erased; carry out what another person has decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.context import Runtime
from card_service.held import HELD
from card_service.privacy import repository
from card_service.privacy.errors import ErasureBarred, RestrictionPast, RestrictionUnknown
from card_service.privacy.models import Erasure
from card_service.privacy.schemas import ErasureIn, Ground, LiftingIn, RestrictionIn
from card_service.proposals import PROPOSALS
from card_service.registry import repository as registry
from card_service.registry.service import citizen_of
from chassis import outbox
from chassis.area import NATIONAL, OF_THE_NATION
from chassis.principal import CallerKind, Principal
from chassis.privacy import erasure
from chassis.privacy.erasure import Outcome
from chassis.problems import NotFound
from chassis.processing import restrictions
from contracts.privacy import ErasureDecided, ProcessingRestricted, RestrictionLifted
from contracts.scopes import Scope

SERVICE: Final = "card"
OTHERS: Final = ("gateway", "supply", "health", "payment", "notify")
SERVICES: Final = (SERVICE, *OTHERS)


class _Restriction(BaseModel):
    """What is proposed: a restriction."""

    citizen_id: UUID
    ground: Ground
    reason: str
    starts_on: date
    ends_on: date | None


class _Lifting(BaseModel):
    citizen_id: UUID
    restriction_id: UUID
    reason: str


class _Erasure(BaseModel):
    citizen_id: UUID
    reason: str


async def ensure_may(session: AsyncSession, caller: Principal, citizen_id: UUID) -> None:
    """Citizens ask for themselves, offices for those of their area. Raises NotFound."""
    if caller.kind is not CallerKind.CITIZEN:
        await citizen_of(session, caller, citizen_id)
    elif caller.person_id != citizen_id or await registry.find_citizen(session, citizen_id) is None:
        raise NotFound


async def ask_restriction(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, given: RestrictionIn
) -> Proposal:
    """Ask that a citizen's data be held without being used. Raises NotFound, RestrictionPast or ProposalOpen."""
    await ensure_may(session, caller, citizen_id)
    today = runtime.clock.today()
    content = _Restriction(
        citizen_id=citizen_id,
        ground=given.ground,
        reason=given.reason,
        starts_on=given.starts_on or today,
        ends_on=given.ends_on,
    )
    _ensure_ahead(content, today)
    return await _enter(session, runtime, caller, RESTRICTION, str(citizen_id), content)


async def ask_lifting(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, restriction_id: UUID, given: LiftingIn
) -> Proposal:
    """Ask that a restriction end before its day. Raises NotFound, RestrictionUnknown or ProposalOpen."""
    await ensure_may(session, caller, citizen_id)
    if await repository.restriction(session, citizen_id, restriction_id, runtime.clock.today()) is None:
        raise RestrictionUnknown
    content = _Lifting(citizen_id=citizen_id, restriction_id=restriction_id, reason=given.reason)
    return await _enter(session, runtime, caller, LIFTING, str(restriction_id), content)


async def ask_erasure(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, given: ErasureIn
) -> Proposal:
    """Ask that what no law keeps of a citizen be erased. Raises NotFound, ErasureBarred or ProposalOpen."""
    await ensure_may(session, caller, citizen_id)
    await _ensure_not_kept(session, runtime, citizen_id)
    content = _Erasure(citizen_id=citizen_id, reason=given.reason)
    return await _enter(session, runtime, caller, ERASURE, str(citizen_id), content)


async def take_part(session: AsyncSession, erasure_id: UUID, name: str, outcome: Outcome) -> None:
    """Keep what a service has erased, for the receipt."""
    await repository.part(session, erasure_id, name, outcome, SERVICES)


async def _enter(
    session: AsyncSession, runtime: Runtime, caller: Principal, kind: Kind[Runtime], subject: str, content: BaseModel
) -> Proposal:
    """Propose it to the data protection office, which is the nation's, whoever asks and wherever."""
    asks = replace(caller, bound=replace(NATIONAL, authority=caller.bound.authority))
    document = content.model_dump(mode="json")
    return await PROPOSALS.enter(session, runtime, asks, kind, subject, document, area=OF_THE_NATION)


async def _restrict(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    decided = _Restriction.model_validate(proposal.content)
    _ensure_ahead(decided, runtime.clock.today())
    told = ProcessingRestricted(
        restriction_id=proposal.proposal_id,
        citizen_id=decided.citizen_id,
        ground=decided.ground.value,
        starts_on=decided.starts_on,
        ends_on=decided.ends_on,
    )
    await restrictions.keep(session, told)
    await outbox.add(session, told)


async def _lift(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    decided, now = _Lifting.model_validate(proposal.content), runtime.clock.now()
    if not await restrictions.lift(session, decided.restriction_id, now):
        raise RestrictionUnknown
    told = RestrictionLifted(restriction_id=decided.restriction_id, citizen_id=decided.citizen_id, lifted_at=now)
    await outbox.add(session, told)


async def _erase(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    citizen_id = _Erasure.model_validate(proposal.content).citizen_id
    kept = await _ensure_not_kept(session, runtime, citizen_id)
    if kept.looked_into:  # told to whoever decides, never to who asks
        raise ErasureBarred(
            "A disclosure is delayed: refuse, or wait for its end.", detail_ar="يوجد تأجيل سارٍ للاطلاع على السجل."
        )
    household_id = await repository.household_of(session, citizen_id)
    cards = tuple(await repository.cards_of(session, citizen_id))
    begun = Erasure(proposal.proposal_id, citizen_id, household_id, cards, runtime.clock.now(), None, {})
    await repository.begin(session, begun)
    outcome = await erasure.carry_out(session, runtime.records.keys, HELD, told_of(begun))
    await take_part(session, begun.erasure_id, SERVICE, outcome)
    await outbox.add(session, told_of(begun))


def told_of(decided: Erasure) -> ErasureDecided:
    """An erasure as other services are told of it."""
    return ErasureDecided(
        erasure_id=decided.erasure_id,
        citizen_id=decided.citizen_id,
        household_id=decided.household_id,
        card_ids=list(decided.card_ids),
        decided_at=decided.decided_at,
    )


async def _ensure_not_kept(session: AsyncSession, runtime: Runtime, citizen_id: UUID) -> repository.Kept:
    """Raises ErasureBarred where a restriction or something that is open keeps the data."""
    kept = await repository.kept(session, citizen_id, runtime.clock.today())
    if kept.restricted:
        raise ErasureBarred("End the restriction first.", detail_ar="يلزم إنهاء التقييد أولاً.")
    if kept.asked_for:
        raise ErasureBarred(
            "A request, an appeal or a claim on months is open: it is decided first.",
            detail_ar="يوجد طلب أو تظلم أو مطالبة قيد النظر: يُبت فيه أولاً.",
        )
    return kept


def _ensure_ahead(content: _Restriction, today: date) -> None:
    if content.ends_on is not None and content.ends_on <= max(content.starts_on, today):
        raise RestrictionPast


def _whose(proposal: Proposal) -> UUID | None:
    named = proposal.content.get("citizen_id") if isinstance(proposal.content, dict) else None
    return UUID(named) if isinstance(named, str) else None


RESTRICTION: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="processing-restriction",
        enters=Scope.PRIVACY_ASK,
        decides=Scope.PRIVACY_WRITE,
        execute=_restrict,
        whose=_whose,
    )
)
LIFTING: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="restriction-lifting",
        enters=Scope.PRIVACY_ASK,
        decides=Scope.PRIVACY_WRITE,
        execute=_lift,
        whose=_whose,
    )
)
ERASURE: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(name="erasure", enters=Scope.PRIVACY_ASK, decides=Scope.PRIVACY_WRITE, execute=_erase, whose=_whose)
)
KINDS: Final = (RESTRICTION.name, LIFTING.name, ERASURE.name)
