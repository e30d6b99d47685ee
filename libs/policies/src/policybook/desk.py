"""Policies by two persons: one enters a policy or takes one back, another's decision puts it in force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Generic, TypeVar
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as stored
from approvals.kinds import Beside, Kind
from approvals.model import Proposal, Terms
from approvals.service import Proposals
from chassis.area import Area
from chassis.clock import business_day
from chassis.principal import Principal
from chassis.problems import InvalidRequest
from chassis.runtime import Resources
from contracts.scopes import Scope
from policybook import entry
from policybook.book import Policy, PolicyBook, scope_text
from policybook.entry import PolicyOfFile, PolicyUnusable, Read
from policybook.files import PolicyEntry
from policybook.keys import Keys
from policybook.schemas import PolicyRequest
from policybook.terms import terms_on

R = TypeVar("R", bound=Resources)

POLICY: Final = "policy"
WITHDRAWAL: Final = "policy-withdrawal"

Told = Callable[[AsyncSession, R, Policy], Awaitable[None]]


def _any(_: Policy) -> None:
    """Whatever the rules can read is taken."""


async def _nobody(_: AsyncSession, __: Resources, ___: Policy) -> None:
    """Nobody hears of it."""


@dataclass(frozen=True, kw_only=True)
class PolicyDesk(Generic[R]):
    """How a service's policies are proposed and put in force.

    `book` gives the policies as the process knows them, `read` compiles a day's figures to try a new row out.
    `proposed`, `published` and `withdrawn` hear of what was done, in its transaction; a proposed policy has the id of
    its proposal. `check` raises one of `refusals` for a row that the rules can read and the service cannot carry out,
    `ready` refuses what may not be approved yet. `beside` tells what whoever decides on a policy should know.
    """

    service: str
    keys: Keys
    read: Read
    book: Callable[[R], PolicyBook]
    proposed: Told[R] = _nobody
    ready: Told[R] = _nobody
    published: Told[R] = _nobody
    withdrawn: Told[R] = _nobody
    check: Callable[[Policy], None] = _any
    refusals: tuple[type[InvalidRequest], ...] = ()
    beside: Beside[R] | None = None

    @property
    def kinds(self) -> tuple[Kind[R], Kind[R]]:
        """What is proposed here: a policy, and the withdrawal of one."""
        enters, decides, reads = Scope.POLICIES_WRITE, Scope.POLICIES_APPROVE, (Scope.POLICIES_READ,)
        return (
            Kind(name=POLICY, enters=enters, decides=decides, reads=reads, execute=self._publish, beside=self.beside),
            Kind(name=WITHDRAWAL, enters=enters, decides=decides, reads=reads, execute=self._withdraw),
        )

    def terms(self, runtime: R, kind: str, day: date) -> Terms:
        """The terms of a kind of proposal by this service's policies. Raises PolicyMissing."""
        return terms_on(self.book(runtime), kind, day)

    async def propose(
        self, session: AsyncSession, runtime: R, proposals: Proposals[R], caller: Principal, given: PolicyRequest
    ) -> tuple[Policy, Proposal]:
        """Propose a policy for the nation or for the governorate it names, having tried it out.

        Raises OutsideBound, PolicyNotAhead, PolicyOverlaps, PolicyUnusable, ProposalOpen, or what `check` raises.
        """
        policy = given.policy(caller.actor.who, None)
        area = _area(policy)
        caller.bound.ensure_covers(area)
        if fault := self.keys.fault(policy, on_record=given.on_record):
            raise PolicyUnusable(fault)
        self.check(policy)
        content: JsonValue = given.model_dump(mode="json")
        subject = f"{policy.key} {scope_text(policy.scope)} {policy.effective_from}"
        made = await proposals.enter(
            session, runtime, caller, proposals.kinds[POLICY], subject, content, area=area, reason=given.note or None
        )
        today = business_day(runtime.clock.now())
        await entry.try_out(session, self.keys, self.read, [policy], today)
        proposed = replace(policy, policy_id=made.proposal_id)
        await self.proposed(session, runtime, proposed)
        return proposed, made

    async def propose_withdrawal(
        self,
        session: AsyncSession,
        runtime: R,
        proposals: Proposals[R],
        caller: Principal,
        policy_id: UUID,
        reason: str,
    ) -> Proposal:
        """Propose to take a policy back that has not begun. Raises PolicyUnknown, PolicyBegun or PolicyOfFile."""
        policy = await entry.find_ahead(session, policy_id, business_day(runtime.clock.now()))
        area = _area(policy)
        caller.bound.hold(area, entry.PolicyUnknown)
        if await stored.find(session, policy_id) is None:
            raise PolicyOfFile("Change the file, or enter another policy.", detail_ar="عدل الملف أو أدخل قاعدة أخرى.")
        content: JsonValue = {
            "policy_id": str(policy_id),
            "key": policy.key,
            "scope": dict(policy.scope),
            "effective_from": policy.effective_from.isoformat(),
            "reason": reason,
        }
        kind = proposals.kinds[WITHDRAWAL]
        return await proposals.enter(session, runtime, caller, kind, str(policy_id), content, area=area, reason=reason)

    async def _publish(self, session: AsyncSession, runtime: R, proposal: Proposal, decider: Principal) -> None:
        given = PolicyEntry.model_validate(proposal.content)
        policy = replace(given.policy(proposal.enterer.who, decider.actor.who), policy_id=proposal.proposal_id)
        entered = await entry.publish(session, self.keys, self.read, policy, business_day(runtime.clock.now()))
        await self.ready(session, runtime, entered)
        await self.published(session, runtime, entered)

    async def _withdraw(self, session: AsyncSession, runtime: R, proposal: Proposal, _: Principal) -> None:
        today = business_day(runtime.clock.now())
        policy = await entry.withdraw(session, self.keys, self.read, UUID(proposal.subject), today)
        await self.withdrawn(session, runtime, policy)


def _area(policy: Policy) -> Area:
    """Where a policy belongs: the governorate it is narrowed to, else the nation."""
    return Area(policy.scope.get("governorate"), policy.scope.get("district"))
