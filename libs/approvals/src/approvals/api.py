"""Routes of proposals, the same in every service, under `/v1/proposals/{service}`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository
from approvals.errors import (
    AlreadyApproved,
    DeciderNotIndependent,
    NotTheProposer,
    OwnProposal,
    ProposalChanged,
    ProposalExpired,
    ProposalState,
    ProposalUnknown,
    WrongOffice,
)
from approvals.kinds import Kinds, R
from approvals.model import Proposal, State
from approvals.operations import operations_by_two
from approvals.schemas import DecisionRequest, ProposalPage, ProposalReply, ProposalWithdrawal
from approvals.service import Decision, Proposals
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
from chassis.paging import LAST_ID, Paging, by_id
from chassis.principal import Principal
from chassis.problems import CallerKindRefused
from chassis.records.acts import Rows
from chassis.records.entries import entry_of
from chassis.refusals import Refusal
from chassis.routing import Router, router
from chassis.runtime import get_runtime

_ROWS = Rows("proposal", "proposal_id", without=("content", "digest"))

_DECIDED = "a proposal shows what was proposed, not the data it is about"

KindName = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z][a-z-]*$")]
Subject = Annotated[str | None, Query(max_length=200)]


DECIDING: tuple[type[Refusal], ...] = (
    ProposalUnknown,
    ProposalState,
    ProposalExpired,
    ProposalChanged,
    OwnProposal,
    AlreadyApproved,
    WrongOffice,
    DeciderNotIndependent,
    CallerKindRefused,
)
"""What a decision may be refused for, whatever it is about."""


def _named(request: Request, kinds: Kinds[R], proposal: Proposal) -> Proposal:
    """Let the record of a request name the citizen whom a proposal is about, where it is about one."""
    whose = kinds[proposal.kind].whose
    if whose is not None and (citizen_id := whose(proposal)) is not None:
        entry_of(request).about(citizen_id=citizen_id)
    return proposal


def routers_of(name: str, proposals: Proposals[R], *, deadline: float = 10.0) -> tuple[Router, Router]:
    """The routers that every service has: of its proposals, and of what its operators do by two persons."""
    return proposals_router(name, proposals, deadline=deadline), operations_by_two(name, proposals)


def proposals_router(name: str, proposals: Proposals[R], *, deadline: float = 10.0) -> Router:
    """The routes of a service of this name; `deadline`: seconds a decision with all it carries out may take."""
    routes = router(tags=["proposals"])
    base = f"/v1/proposals/{name}"
    kinds = proposals.kinds

    @routes.get(base, scopes=kinds.scopes, operation_id=f"{name}_list_proposals")
    async def list_proposals(
        request: Request,
        caller: Caller,
        session: Reading,
        page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)],
        kind: KindName = None,
        subject: Subject = None,
        state: State | None = None,
    ) -> ProposalPage:
        """What is proposed in the caller's area and may be decided or was, newest first."""
        now = get_runtime(request).clock.now()
        wanted = {"kinds": kinds.open_to(caller), "kind": kind, "subject": subject, "state": state}
        found = await repository.page(session, caller.bound, page, now, **wanted)
        return ProposalPage.of(page, _shown(proposals, caller, found, now), lambda one: one.proposal_id)

    @routes.get(
        base + "/{proposal_id}", scopes=kinds.scopes, problems=ProposalUnknown, operation_id=f"{name}_read_proposal"
    )
    async def read_proposal(proposal_id: UUID, request: Request, caller: Caller, session: Reading) -> ProposalReply:
        """What is proposed, its digest, who did what with it, and what to know before deciding."""
        runtime: R = request.app.state.runtime
        return await _told(session, runtime, proposals, caller, proposal_id)

    @routes.post(
        base + "/{proposal_id}/decision",
        scopes=kinds.deciding,
        callers=PEOPLE,
        step_up=True,
        problems=DECIDING,
        deadline=deadline,
        rows=_ROWS,
        despite_restriction=_DECIDED,
        operation_id=f"{name}_decide_proposal",
    )
    async def decide(
        proposal_id: UUID, body: DecisionRequest, request: Request, caller: Caller, session: Work
    ) -> ProposalReply:
        """Approve or refuse what another has proposed, as a person. The last approval carries it out."""
        runtime: R = request.app.state.runtime
        await _listed(session, proposals, caller, proposal_id)
        decision = Decision(body.decision == "approve", bytes.fromhex(body.digest), body.reason)
        decided = await proposals.decide(session, runtime, caller, proposal_id, decision)
        return ProposalReply.of(_named(request, kinds, decided), runtime.clock.now())

    @routes.post(
        base + "/{proposal_id}/withdrawal",
        scopes=kinds.entering,
        problems=(ProposalUnknown, ProposalState, ProposalExpired, NotTheProposer),
        rows=_ROWS,
        despite_restriction=_DECIDED,
        operation_id=f"{name}_withdraw_proposal",
    )
    async def withdraw(
        proposal_id: UUID, body: ProposalWithdrawal, request: Request, caller: Caller, session: Work
    ) -> ProposalReply:
        """Take back what one has proposed, while it is not decided."""
        runtime: R = request.app.state.runtime
        await _listed(session, proposals, caller, proposal_id)
        ended = await proposals.withdraw(session, runtime, caller, proposal_id, body.reason)
        return ProposalReply.of(_named(request, kinds, ended), runtime.clock.now())

    return routes


async def _told(
    session: AsyncSession, runtime: R, proposals: Proposals[R], caller: Principal, proposal_id: UUID
) -> ProposalReply:
    found, now = await _listed(session, proposals, caller, proposal_id), runtime.clock.now()
    beside = await proposals.beside(session, runtime, found)
    return ProposalReply.of(found, now, beside, proposals.hindrance(caller, found, now))


def _shown(proposals: Proposals[R], caller: Principal, found: list[Proposal], now: datetime) -> list[ProposalReply]:
    return [ProposalReply.of(one, now, hindrance=proposals.hindrance(caller, one, now)) for one in found]


async def _listed(session: AsyncSession, proposals: Proposals[R], caller: Principal, proposal_id: UUID) -> Proposal:
    """A proposal of the caller's that these routes show. Raises ProposalUnknown."""
    found = await proposals.get(session, caller, proposal_id)
    if not proposals.kinds[found.kind].listed:
        raise ProposalUnknown
    return found
