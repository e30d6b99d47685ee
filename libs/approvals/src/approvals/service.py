"""Use cases: a proposal is entered, changed, submitted, decided by others than its makers, withdrawn, or expires.

Whoever locks a proposal and the object it is about locks the proposal first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import content as contents
from approvals import repository, rules
from approvals.errors import ProposalChanged, ProposalOpen, ProposalUnknown
from approvals.kinds import Kind, Kinds, R
from approvals.model import OPEN, Act, Did, Proposal, State
from chassis.area import Area
from chassis.auth import ensure_recent
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.principal import Actor, Principal
from chassis.problems import InsufficientScope, InvalidRequest
from chassis.refusals import Refusal
from contracts.scopes import Scope

log = get_logger(__name__)

AT_ONCE = 100


@dataclass(frozen=True)
class Decision:
    """What a person decides: whether to approve, having seen what has this digest."""

    approve: bool
    seen: bytes
    reason: str | None = None


class Proposals(Generic[R]):
    """The proposals of one service."""

    def __init__(self, kinds: Kinds[R]) -> None:
        """`kinds`: what may be proposed here."""
        self.kinds = kinds

    async def enter(
        self,
        session: AsyncSession,
        runtime: R,
        caller: Principal,
        kind: Kind[R],
        subject: str,
        content: JsonValue,
        *,
        area: Area,
        amount: int | None = None,
        submit: bool = True,
        reason: str | None = None,
    ) -> Proposal:
        """Propose something about an object; with `submit` it may be decided at once, else it is a draft.

        Raises InsufficientScope, OutsideBound, ProposalOpen where one about the object is open already, or
        InvalidRequest for a content that has no canonical text.
        """
        _ensure_scope(caller, kind.enters)
        caller.bound.ensure_covers(area)
        now = runtime.clock.now()
        await self._clear(session, runtime, kind, subject, now)
        text, proposal_id = _text(content), new_id()
        digest = contents.digest_of(text)
        entered = await repository.add(
            session,
            proposal_id=proposal_id,
            kind=kind.name,
            subject=subject,
            content=text,
            digest=digest,
            amount=amount,
            governorate=area.governorate,
            district=area.district,
            authority=area.authority,
            entered_at=now,
            expires_at=self._until(runtime, kind, now),
        )
        if not entered:
            raise ProposalOpen("Decide or withdraw it first.", detail_ar="يجب البت فيه أو سحبه أولاً.")
        await repository.act(session, proposal_id, 1, Act(Did.ENTERED, caller.actor, now, digest, reason))
        if submit:
            return await self.submit(session, runtime, caller, proposal_id)
        return await self._known(session, proposal_id)

    async def beside(self, session: AsyncSession, runtime: R, proposal: Proposal) -> JsonValue:
        """What its kind tells whoever decides, None where it tells nothing."""
        tells = self.kinds[proposal.kind].beside
        return None if tells is None else await tells(session, runtime, proposal)

    async def change(
        self,
        session: AsyncSession,
        runtime: R,
        caller: Principal,
        proposal_id: UUID,
        content: JsonValue,
        *,
        amount: int | None = None,
    ) -> Proposal:
        """Propose something else about the same object; what was submitted is a draft again.

        Raises ProposalUnknown, InsufficientScope, ProposalState, ProposalExpired or InvalidRequest.
        """
        proposal, kind, now = await self._opened(session, runtime, caller, proposal_id)
        _ensure_scope(caller, kind.enters)
        text = _text(content)
        digest = contents.digest_of(text)
        columns = {"content": text, "digest": digest, "amount": amount, "expires_at": self._until(runtime, kind, now)}
        await repository.change(session, proposal_id, **columns)
        await self._act(session, proposal, Act(Did.CHANGED, caller.actor, now, digest))
        return await self._known(session, proposal_id)

    async def submit(self, session: AsyncSession, runtime: R, caller: Principal, proposal_id: UUID) -> Proposal:
        """Let a draft be decided, under the terms of this day.

        Raises ProposalUnknown, InsufficientScope, ProposalState or ProposalExpired.
        """
        proposal, kind, now = await self._opened(session, runtime, caller, proposal_id, State.DRAFT)
        _ensure_scope(caller, kind.enters)
        terms = self.kinds.terms(runtime, kind.name, business_day(now))
        deciders = max(1, terms.deciders(proposal.amount or 0))
        await repository.submit(session, proposal_id, deciders, terms.office, self._until(runtime, kind, now))
        await self._act(session, proposal, Act(Did.SUBMITTED, caller.actor, now, proposal.digest))
        return await self._known(session, proposal_id)

    async def decide(
        self, session: AsyncSession, runtime: R, caller: Principal, proposal_id: UUID, decision: Decision
    ) -> Proposal:
        """Approve a submitted proposal, which carries it out with the last approval it needs, or refuse it.

        Raises ProposalUnknown, InsufficientScope, CallerKindRefused, OwnProposal, AlreadyApproved, WrongOffice,
        DeciderNotIndependent, SignInTooWeak, ProposalChanged, ProposalState or ProposalExpired, and what carrying it
        out raises.
        """
        proposal, kind, now = await self._opened(session, runtime, caller, proposal_id, State.SUBMITTED)
        _ensure_scope(caller, kind.decides)
        rules.ensure_may_decide(proposal, caller.kind, caller.actor, caller.grantors)
        ensure_recent(caller, runtime.settings.step_up_seconds)  # by whatever route it is decided
        rules.ensure_seen(proposal, decision.seen)
        if not decision.approve:
            await self._end(session, runtime, kind, proposal, State.REFUSED, caller.actor, now, decision.reason)
            return await self._known(session, proposal_id)
        await self._ensure_unchanged(session, runtime, kind, proposal)
        await self._act(session, proposal, Act(Did.APPROVED, caller.actor, now, proposal.digest, decision.reason))
        approved = await self._known(session, proposal_id)
        if len(approved.approvals) < (approved.deciders or 1):
            return approved
        await repository.end(session, proposal_id, State.APPROVED, now)
        approved = await self._known(session, proposal_id)
        await kind.execute(session, runtime, approved, caller)
        log.info("proposal approved", kind=kind.name, proposal_id=str(proposal_id))
        return approved

    def hindrance(self, caller: Principal, proposal: Proposal, now: datetime) -> Refusal | None:
        """What keeps a caller from deciding on a proposal, None where nothing does.

        How long ago two factors were shown is not looked at: they can be shown again.
        """
        try:
            rules.ensure_open(proposal, now, State.SUBMITTED)
            # Whoever made it hears that first, whatever rights they have besides.
            rules.ensure_may_decide(proposal, caller.kind, caller.actor, caller.grantors)
            _ensure_scope(caller, self.kinds[proposal.kind].decides)
        except Refusal as refusal:
            return refusal
        return None

    async def withdraw(
        self, session: AsyncSession, runtime: R, caller: Principal, proposal_id: UUID, reason: str
    ) -> Proposal:
        """Take back what one has proposed. Raises ProposalUnknown, NotTheProposer, ProposalState or ProposalExpired."""
        proposal, kind, now = await self._opened(session, runtime, caller, proposal_id)
        rules.ensure_may_withdraw(proposal, caller.actor)
        await self._end(session, runtime, kind, proposal, State.WITHDRAWN, caller.actor, now, reason)
        return await self._known(session, proposal_id)

    async def get(self, session: AsyncSession, caller: Principal, proposal_id: UUID) -> Proposal:
        """A proposal of the caller's area and of a kind it may see. Raises ProposalUnknown."""
        return self._own(caller, await repository.find(session, proposal_id))

    async def lock_open(self, session: AsyncSession, kind: Kind[R], subject: str) -> Proposal | None:
        """The open proposal of a kind about an object, held until the end of the transaction."""
        return await repository.lock_open(session, kind.name, subject)

    async def expire(self, session: AsyncSession, runtime: R) -> int:
        """Close open proposals whose time is over, some at once; how many."""
        now = runtime.clock.now()
        due = await repository.lock_due(session, [kind.name for kind in self.kinds], now, AT_ONCE)
        for proposal in due:
            await self._expire(session, runtime, proposal, now)
        return len(due)

    def _own(self, caller: Principal, found: Proposal | None) -> Proposal:
        proposal = caller.bound.own(found, ProposalUnknown)
        if not self.kinds.shows(caller, proposal.kind):
            raise ProposalUnknown
        return proposal

    async def _opened(
        self, session: AsyncSession, runtime: R, caller: Principal, proposal_id: UUID, *states: State
    ) -> tuple[Proposal, Kind[R], datetime]:
        """A proposal of the caller's, locked, in one of these states (by default open), with its kind and the time."""
        proposal = self._own(caller, await repository.lock(session, proposal_id))
        now = runtime.clock.now()
        rules.ensure_open(proposal, now, *states)
        return proposal, self.kinds[proposal.kind], now

    async def _ensure_unchanged(self, session: AsyncSession, runtime: R, kind: Kind[R], proposal: Proposal) -> None:
        if kind.content_now is None:
            return
        now = contents.digest_of(contents.canonical(await kind.content_now(session, runtime, proposal)))
        if now != proposal.digest:
            raise ProposalChanged(
                "The object is not what it was when this was proposed; it must be proposed again.",
                detail_ar="تغير موضوع المقترح بعد تقديمه، ويلزم تقديمه من جديد.",
            )

    async def _clear(self, session: AsyncSession, runtime: R, kind: Kind[R], subject: str, now: datetime) -> None:
        """Close what is open about an object only because nobody has looked since its time was over."""
        known = await repository.lock_open(session, kind.name, subject)
        if known is not None and known.state_at(now) not in OPEN:
            await self._expire(session, runtime, known, now)

    async def _expire(self, session: AsyncSession, runtime: R, proposal: Proposal, now: datetime) -> None:
        by_itself = Actor(f"service:{runtime.name}")
        kind = self.kinds[proposal.kind]
        await self._end(session, runtime, kind, proposal, State.EXPIRED, by_itself, now, None)

    async def _end(
        self,
        session: AsyncSession,
        runtime: R,
        kind: Kind[R],
        proposal: Proposal,
        state: State,
        actor: Actor,
        now: datetime,
        reason: str | None,
    ) -> None:
        await repository.end(session, proposal.proposal_id, state, now)
        await self._act(session, proposal, Act(Did(state), actor, now, proposal.digest, reason))
        if kind.released is not None:
            await kind.released(session, runtime, await self._known(session, proposal.proposal_id))
        log.info("proposal ended", kind=kind.name, proposal_id=str(proposal.proposal_id), state=state)

    async def _act(self, session: AsyncSession, proposal: Proposal, act: Act) -> None:
        await repository.act(session, proposal.proposal_id, len(proposal.acts) + 1, act)

    async def _known(self, session: AsyncSession, proposal_id: UUID) -> Proposal:
        found = await repository.find(session, proposal_id)
        if found is None:
            raise ProposalUnknown
        return found

    def _until(self, runtime: R, kind: Kind[R], now: datetime) -> datetime:
        return now + timedelta(days=self.kinds.terms(runtime, kind.name, business_day(now)).days_open)


def _text(content: JsonValue) -> str:
    """The canonical text of what a caller proposes. Raises InvalidRequest."""
    try:
        return contents.canonical(content)
    except ValueError as error:
        raise InvalidRequest(f"This cannot be kept: {error}.", detail_ar="راجع القيم المرسلة.") from error


def _ensure_scope(caller: Principal, scope: Scope) -> None:
    if scope not in caller.scopes:
        raise InsufficientScope(
            f"This needs the scope {scope}.", detail_ar=f"تلزم لهذا الصلاحية {scope}.", needed=[str(scope)]
        )
