"""What operators do by two persons, in every service: give up an event set aside, publish events again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.errors import ProposalOpen
from approvals.kinds import Kind, R
from approvals.model import Proposal
from approvals.schemas import ProposalReply, Reason
from approvals.service import Proposals
from chassis import dead_letters, republishing
from chassis.area import OF_THE_NATION, OutsideBound
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.principal import Principal
from chassis.problems import NotFound
from chassis.republishing import NothingToRepublish
from chassis.routing import Router, router
from chassis.runtime import Resources
from contracts.scopes import Scope

ParkedId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Discard(BaseModel):
    """Why an event is to be given up."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Republish(BaseModel):
    """From when on events are to be published once more, and why: the real time at which they were recorded."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime
    reason: Reason


async def _discard(session: AsyncSession, _: Resources, proposal: Proposal, decider: Principal) -> None:
    by = f"{proposal.enterer.who}, {decider.actor.who}"
    await dead_letters.discard(session, int(proposal.subject), by, _said(proposal, "reason"))


async def _republish(session: AsyncSession, _: Resources, proposal: Proposal, __: Principal) -> None:
    await republishing.republish(session, datetime.fromisoformat(_said(proposal, "since")))


def _kind(
    name: str, execute: Callable[[AsyncSession, Resources, Proposal, Principal], Awaitable[None]]
) -> Kind[Resources]:
    return Kind(
        name=name,
        enters=Scope.OPERATIONS_WRITE,
        decides=Scope.OPERATIONS_APPROVE,
        reads=(Scope.OPERATIONS_READ,),
        execute=execute,
    )


DISCARD: Final = _kind("event-discard", _discard)
REPUBLISH: Final = _kind("republish", _republish)
KINDS: Final = (DISCARD, REPUBLISH)


def operations_by_two(name: str, proposals: Proposals[R]) -> Router:
    """The routes of a service of this name by which operators propose; its proposals must know `KINDS`."""
    routes = router(tags=["operations"])
    base = f"/v1/operations/{name}"

    @routes.post(
        base + "/parked-events/{parked_id}/discard",
        scopes=Scope.OPERATIONS_WRITE,
        status_code=202,
        problems=(NotFound, OutsideBound, ProposalOpen),
        operation_id=f"{name}_discard_parked_event",
    )
    async def discard(
        parked_id: ParkedId, body: Discard, request: Request, caller: Caller, session: Work
    ) -> ProposalReply:
        """Propose to give an event up; when another person approves, those behind it are handled within seconds."""
        runtime: R = request.app.state.runtime
        event = await dead_letters.find(session, parked_id)
        content: JsonValue = {
            "parked_id": parked_id,
            "event_id": str(event.event_id) if event.event_id else None,
            "type": event.type,
            "topic": event.topic,
            "partition": event.partition,
            "offset": event.log_offset,
            "fault": event.reason,
            "reason": body.reason,
        }
        made = await proposals.enter(
            session, runtime, caller, proposals.kinds[DISCARD.name], str(parked_id), content,
            area=OF_THE_NATION, reason=body.reason,
        )  # fmt: skip
        return ProposalReply.of(made, runtime.clock.now())

    @routes.post(
        base + "/republish",
        scopes=Scope.OPERATIONS_WRITE,
        rate=Rate.BULK,
        operation_id=f"{name}_republish",
        status_code=202,
        problems=(NothingToRepublish, OutsideBound, ProposalOpen),
    )
    async def republish(body: Republish, request: Request, caller: Caller, session: Work) -> ProposalReply:
        """Propose to publish all events recorded since an instant once more, of real time.

        They are when another person approves; consumers know repeats by their ids.
        """
        runtime: R = request.app.state.runtime
        retained = await republishing.since(session, body.since)
        content: JsonValue = {"since": body.since.isoformat(), "events": retained.events, "reason": body.reason}
        made = await proposals.enter(
            session, runtime, caller, proposals.kinds[REPUBLISH.name], "outbox", content,
            area=OF_THE_NATION, reason=body.reason,
        )  # fmt: skip
        return ProposalReply.of(made, runtime.clock.now())

    return routes


def _said(proposal: Proposal, member: str) -> str:
    """A text of a proposal's content."""
    said = proposal.content.get(member) if isinstance(proposal.content, dict) else None
    if not isinstance(said, str):
        raise TypeError(f"the proposal {proposal.proposal_id} says no {member}")
    return said
