"""What crosses the wire about policies, and their routes, the same in every service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from approvals.service import Proposals
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.problems import InvalidRequest
from chassis.routing import Router, router
from contracts.scopes import Scope
from policybook import store
from policybook.desk import PolicyDesk, R
from policybook.entry import PolicyBegun, PolicyNotAhead, PolicyOfFile, PolicyOverlaps, PolicyUnknown, PolicyUnusable
from policybook.schemas import PolicyPage, PolicyProposed, PolicyReply, PolicyRequest, PolicyWithdrawalRequest

KeyPrefix = Annotated[str | None, Query(max_length=100, pattern=r"^[a-z0-9_.]+$")]
ScopeMember = Annotated[
    str | None,
    Query(max_length=141, pattern=r"^[a-z_]{1,40}=[^,=\x00-\x1f]{1,100}$", description="as `governorate=03`"),
]


def policies_router(path: str, desk: PolicyDesk[R], proposals: Proposals[R], *readers: Scope) -> Router:
    """The routes of a service's policies under a path; what is entered there, others decide on as proposals.

    `readers`: scopes by which others than those who handle policies see them.
    """
    routes = router(tags=["policies"])
    name = desk.service

    @routes.post(
        path,
        scopes=Scope.POLICIES_WRITE,
        status_code=201,
        problems=(PolicyNotAhead, PolicyOverlaps, PolicyUnusable, ProposalOpen, *desk.refusals),
        operation_id=f"{name}_propose_policy",
    )
    async def propose_policy(body: PolicyRequest, request: Request, caller: Caller, session: Work) -> PolicyProposed:
        """Propose a policy from tomorrow or later; it holds when another person has approved it.

        The row that holds until then ends the day before.
        """
        runtime: R = request.app.state.runtime
        return PolicyProposed.proposed(await desk.propose(session, runtime, proposals, caller, body), desk.keys)

    @routes.get(
        path,
        scopes=(Scope.POLICIES_READ, Scope.POLICIES_WRITE, Scope.POLICIES_APPROVE, *readers),
        problems=InvalidRequest,
        operation_id=f"{name}_list_policies",
    )
    async def list_policies(
        session: Reading,
        page: Annotated[Paging[UUID], by_id(100, 500)],
        key: KeyPrefix = None,
        on: Day | None = None,
        scope: ScopeMember = None,
        policy_id: UUID | None = None,
        assumed: Annotated[bool, Query(description="only those inferred, not verified or chosen")] = False,
    ) -> PolicyPage:
        """Policies of a key or below it (`bread` finds `bread.price`), those of one day where `on` is given."""
        listed = store.Listed(key, on, scope, policy_id, assumed)
        rows = [PolicyReply.of(policy, desk.keys) for policy in await store.page(session, listed, page)]
        return PolicyPage.of(page, rows, lambda policy: policy.policy_id)

    @routes.post(
        path + "/{policy_id}/withdrawal",
        scopes=Scope.POLICIES_WRITE,
        status_code=202,
        problems=(PolicyUnknown, PolicyBegun, PolicyOfFile, PolicyUnusable, ProposalOpen),
        operation_id=f"{name}_withdraw_policy",
    )
    async def withdraw_policy(
        policy_id: UUID, body: PolicyWithdrawalRequest, request: Request, caller: Caller, session: Work
    ) -> ProposalReply:
        """Propose to take a policy back that has not begun; it is when another person has approved that."""
        runtime: R = request.app.state.runtime
        made = await desk.propose_withdrawal(session, runtime, proposals, caller, policy_id, body.reason)
        return ProposalReply.of(made, runtime.clock.now())

    return routes
