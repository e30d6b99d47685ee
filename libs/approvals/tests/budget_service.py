"""A small real service: budgets that one proposes and others approve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fastapi import Request
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.api import routers_of
from approvals.errors import ProposalOpen
from approvals.expiry import expiry
from approvals.kinds import Kind, Kinds
from approvals.model import Office, Proposal, Terms
from approvals.operations import KINDS
from approvals.schemas import ProposalReply
from approvals.service import Proposals
from chassis import app as chassis_app
from chassis.area import Area
from chassis.auth import Caller
from chassis.db import Work
from chassis.edge import App
from chassis.principal import Principal
from chassis.problems import Conflict
from chassis.routing import router
from chassis.runtime import Resources, Runtime
from chassis.settings import ServiceSettings
from contracts.scopes import Scope

MIGRATIONS = Path(__file__).parent / "migrations"
TWO_FROM = 1_000_000

_SPEND = text("INSERT INTO budget (name, amount, spent_by) VALUES (:name, :amount, :by)")
_BROKEN = "broken"


@dataclass
class Desk:
    """What the tests change: the office a decider must be of, and budgets that are other than proposed by now."""

    office: Office = Office.ANY
    moved: set[str] = field(default_factory=set)
    released: list[tuple[str, str]] = field(default_factory=list)


class Broken(Conflict):
    """This budget cannot be spent"""

    code = "budget_broken"


class Budget(BaseModel):
    """A budget to be spent."""

    model_config = ConfigDict(extra="forbid")

    name: str
    amount: int
    governorate: str | None = "03"
    submit: bool = True


async def _spend(session: AsyncSession, _: Runtime[Desk], proposal: Proposal, decider: Principal) -> None:
    if proposal.subject == _BROKEN:
        raise Broken
    await session.execute(_SPEND, {"name": proposal.subject, "amount": proposal.amount, "by": decider.actor.who})


async def _now(_: AsyncSession, runtime: Runtime[Desk], proposal: Proposal) -> JsonValue:
    moved = proposal.subject in runtime.state.moved
    return {"name": proposal.subject, "amount": 0 if moved else proposal.amount}


async def _released(_: AsyncSession, runtime: Runtime[Desk], proposal: Proposal) -> None:
    runtime.state.released.append((proposal.subject, proposal.state))


def _terms(runtime: Runtime[Desk], _: str, __: date) -> Terms:
    return Terms(30, lambda amount: 2 if amount >= TWO_FROM else 1, runtime.state.office)


BUDGET: Kind[Runtime[Desk]] = Kind(
    name="budget",
    enters=Scope.PAYOUTS_SUBMIT,
    decides=Scope.PAYOUTS_APPROVE,
    execute=_spend,
    content_now=_now,
    released=_released,
)
PROPOSALS = Proposals(Kinds(_terms, BUDGET, *KINDS))

routes = router(tags=["budgets"])


@routes.post("/v1/budgets", scopes=Scope.PAYOUTS_SUBMIT, status_code=201, problems=ProposalOpen)
async def enter(body: Budget, request: Request, caller: Caller, session: Work) -> ProposalReply:
    """Propose a budget."""
    runtime: Runtime[Desk] = request.app.state.runtime
    entered = await PROPOSALS.enter(
        session,
        runtime,
        caller,
        BUDGET,
        body.name,
        {"name": body.name, "amount": body.amount},
        area=Area(body.governorate),
        amount=body.amount,
        submit=body.submit,
    )
    return ProposalReply.of(entered, runtime.clock.now())


@routes.post("/v1/budgets/change", scopes=Scope.PAYOUTS_SUBMIT, problems=ProposalOpen)
async def change(body: Budget, request: Request, caller: Caller, session: Work) -> ProposalReply:
    """Propose another amount, and submit that."""
    runtime: Runtime[Desk] = request.app.state.runtime
    found = await PROPOSALS.lock_open(session, BUDGET, body.name)
    assert found is not None
    content: JsonValue = {"name": body.name, "amount": body.amount}
    changed = await PROPOSALS.change(session, runtime, caller, found.proposal_id, content, amount=body.amount)
    if body.submit:
        changed = await PROPOSALS.submit(session, runtime, caller, found.proposal_id)
    return ProposalReply.of(changed, runtime.clock.now())


@asynccontextmanager
async def _lifespan(_: Resources, __: ServiceSettings) -> AsyncIterator[Desk]:
    yield Desk()


def create_app(settings: ServiceSettings) -> App:
    """The service as an ASGI app."""
    return chassis_app.create_app(
        chassis_app.Service(
            name="budget",
            title="Budgets",
            settings=settings,
            routers=(routes, *routers_of("budget", PROPOSALS)),
            lifespan=_lifespan,
            workers=(expiry(PROPOSALS),),
        )
    )
