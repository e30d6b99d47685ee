"""Rules (separation of duties): who may decide a proposal, and when. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Set
from datetime import datetime

from approvals.errors import (
    AlreadyApproved,
    DeciderNotIndependent,
    NotTheProposer,
    OwnProposal,
    ProposalChanged,
    ProposalExpired,
    ProposalState,
    WrongOffice,
)
from approvals.model import OPEN, Office, Proposal, State
from chassis.principal import Actor, CallerKind
from chassis.problems import CallerKindRefused


def ensure_open(proposal: Proposal, now: datetime, *states: State) -> None:
    """That a proposal is in one of these states, by default an open one. Raises ProposalState or ProposalExpired."""
    state = proposal.state_at(now)
    if state in (states or OPEN):
        return
    if state is State.EXPIRED:
        raise ProposalExpired(
            f"It could be decided until {proposal.expires_at.isoformat()}; propose it again.",
            detail_ar="انتهت المدة. قدم المقترح من جديد.",
        )
    raise ProposalState(f"The proposal is {state}.", detail_ar=f"حالة المقترح: {state}.", state=state)


def ensure_seen(proposal: Proposal, seen: bytes) -> None:
    """That what is decided is what was shown. Raises ProposalChanged."""
    if not hmac.compare_digest(proposal.digest, seen):
        raise ProposalChanged("Read the proposal again, then decide.", detail_ar="اقرأ المقترح من جديد ثم قرر.")


def ensure_may_decide(proposal: Proposal, kind: CallerKind, decider: Actor, grantors: Set[str]) -> None:
    """That the decider is a person and independent of all who made the proposal.

    `grantors`: the subjects who asked for or decided the grants by which the decider may decide, as far as is known.
    The office compared is the authority acted for; who acts for none is of no office, and neither the same nor
    another. Raises CallerKindRefused, OwnProposal, AlreadyApproved, WrongOffice or DeciderNotIndependent.
    """
    if kind is not CallerKind.PERSON:
        raise CallerKindRefused(f"A person decides, not a {kind}.", detail_ar="القرار لشخص وليس لنظام.")
    makers = {actor.who for actor in proposal.makers}
    if decider.who in makers:
        raise OwnProposal("Another person must decide.", detail_ar="يجب أن يبت فيه شخص آخر.")
    if decider.who in {act.actor.who for act in proposal.approvals}:
        raise AlreadyApproved(
            f"{proposal.deciders} persons must approve it.", detail_ar=f"عدد من يلزم أن يوافقوا: {proposal.deciders}."
        )
    offices = {actor.office for actor in proposal.makers}
    if proposal.office is Office.SAME and (decider.office is None or offices != {decider.office}):
        raise WrongOffice("A person of the proposer's own office must decide.", detail_ar="يبت فيه شخص من نفس الجهة.")
    if proposal.office is Office.OTHER and (decider.office is None or decider.office in offices):
        raise WrongOffice("A person of another office must decide.", detail_ar="يجب أن يبت فيه شخص من جهة أخرى.")
    if not makers.isdisjoint(grantors):
        raise DeciderNotIndependent("Another person must decide.", detail_ar="يجب أن يبت فيه شخص آخر.")


def ensure_may_withdraw(proposal: Proposal, actor: Actor) -> None:
    """That whoever withdraws it has entered, changed or submitted it. Raises NotTheProposer."""
    if actor.who not in {maker.who for maker in proposal.makers}:
        raise NotTheProposer("Who may decide it can refuse it.", detail_ar="من له حق البت يمكنه الرفض.")
