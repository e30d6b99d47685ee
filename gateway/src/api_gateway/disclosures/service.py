"""Use cases: a citizen reads who has seen their data; an investigation may hold a case back, decided by two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.disclosures import asking, repository, words
from api_gateway.disclosures.errors import DelayDecided, DelayTooLong, OwnDelay
from api_gateway.disclosures.gathering import Gatherer
from api_gateway.disclosures.schemas import Delay, DelayDetail, DelayIn, DelayList, Disclosure, DisclosurePage
from api_gateway.proposals import PROPOSALS
from approvals.model import State
from approvals.service import Decision
from chassis.area import OF_THE_NATION
from chassis.clock import business_day
from chassis.db import raw
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import CallerKind, Principal
from chassis.problems import NotFound
from chassis.records.held import held_on
from chassis.records.reading import find

OWN, DELAYS = "gateway", "disclosure_delay"


def ensure_may(caller: Principal, citizen_id: UUID) -> None:
    """Citizens ask about themselves, offices of the nation about anybody. Raises NotFound."""
    if caller.kind is CallerKind.CITIZEN:
        if caller.person_id != citizen_id:
            raise NotFound
        return
    caller.bound.hold(OF_THE_NATION, NotFound)


async def disclosures(
    session: AsyncSession, gatherer: Gatherer, citizen_id: UUID, page: Paging[UUID], now: datetime, *, all_cases: bool
) -> DisclosurePage:
    """A page of who has seen a citizen's data, over all services. `all_cases`: those held back too."""
    about = await gatherer.about(citizen_id)
    found = await gatherer.records(about, page.after, page.limit)
    own = await find(await raw(session), about, page.after, page.limit + 1, accesses=True)
    found += [(OWN, {name: getattr(one, name) for name in one.__slots__}) for one in own]
    found.sort(key=lambda one: str(one[1]["record_id"]), reverse=True)
    window, more = found[: page.limit], len(found) > page.limit
    hidden = frozenset[str]() if all_cases else await repository.delayed(session, citizen_id, business_day(now))
    offices = await repository.offices(session)
    items = [_disclosure(service, one, offices) for service, one in window if one["case_number"] not in hidden]
    last = UUID(str(window[-1][1]["record_id"])) if more else None
    return DisclosurePage(items=items, next=last)


async def everything(
    session: AsyncSession, runtime: Runtime, citizen_id: UUID, *, all_cases: bool
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """All that is held on a citizen, the gateway's own part too. `all_cases`: and what is held back from them."""
    gatherer, today = runtime.state.gatherer, business_day(runtime.clock.now())
    about = await gatherer.about(citizen_id)
    held = await gatherer.held(about)
    held[OWN] = await held_on(await raw(session), runtime, gatherer.own, about)
    if not all_cases:  # what is investigated is not learnt from what holds it back
        over = [one for one in held[OWN][DELAYS] if date.fromisoformat(one["until"]) <= today]
        held[OWN][DELAYS] = over
    return held


def _disclosure(service: str, record: Mapping[str, Any], offices: Mapping[str, tuple[str, str]]) -> Disclosure:
    office = record["office"]
    role = words.role_of(record["kind"], record["roles"])
    action = words.ACTIONS[record["action"]]
    data, purpose = words.data_of(record["classes"]), words.purpose_of(record["purpose"])
    name_en, name_ar = offices.get(office or "", (office or role.english, office or role.arabic))
    return Disclosure(
        record_id=record["record_id"],
        at=record["at"],
        service=service,
        office=office,
        office_en=name_en,
        office_ar=name_ar,
        role_en=role.english,
        role_ar=role.arabic,
        action_en=action.english,
        action_ar=action.arabic,
        data_en=data.english,
        data_ar=data.arabic,
        purpose_en=purpose.english,
        purpose_ar=purpose.arabic,
        found=record["outcome"] in {"done", "repeated"},
    )


async def ask_delay(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, given: DelayIn
) -> Delay:
    """Ask that a case's disclosures be held back. Raises DelayTooLong."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    now, most_days = runtime.clock.now(), runtime.state.settings.gateway_disclosure_delay_days
    if given.until > business_day(now) + timedelta(days=most_days):
        raise DelayTooLong(
            f"At most {most_days} days; a longer one is decided anew.",
            detail_ar=f"بحد أقصى {most_days} يوماً، ولأكثر من ذلك يلزم قرار جديد.",
        )
    delay_id = new_id()
    values = {"delay_id": delay_id, "citizen_id": citizen_id, "asked_by": caller.subject, "asked_at": now}
    await repository.ask(session, {**values, **given.model_dump()})
    proposal = await asking.propose(session, runtime, caller, await _own(session, caller, citizen_id, delay_id))
    return Delay(delay_id=delay_id, decided=False, proposal_id=proposal.proposal_id, **given.model_dump())


async def delays(session: AsyncSession, caller: Principal, citizen_id: UUID) -> DelayList:
    """What is held back from a citizen, or is asked to be, with what is to be decided. Raises NotFound."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    return DelayList(
        items=[
            DelayDetail(
                delay_id=row.delay_id,
                case_number=row.case_number,
                reason=row.reason,
                until=row.until,
                decided=row.decided_by is not None,
                proposal_id=row.proposal_id,
                state=row.proposal_state or ("approved" if row.decided_by else "expired"),
                asked_at=row.asked_at,
            )
            for row in await repository.of_citizen(session, citizen_id)
        ]
    )


async def decide_delay(
    session: AsyncSession, runtime: Runtime, caller: Principal, citizen_id: UUID, delay_id: UUID
) -> Delay:
    """Let a delay hold, as a second person. Raises NotFound, OwnDelay, DelayDecided, and as `Proposals.decide`."""
    row = await _own(session, caller, citizen_id, delay_id)
    if row.asked_by == caller.subject:
        raise OwnDelay(detail_ar="يقرر ذلك شخص آخر.")
    proposal = await asking.proposal_of(session, delay_id)
    if proposal is None:
        raise DelayDecided()
    decided = await PROPOSALS.decide(
        session, runtime, caller, proposal.proposal_id, Decision(approve=True, seen=proposal.digest)
    )
    return Delay(
        delay_id=delay_id,
        case_number=row.case_number,
        reason=row.reason,
        until=row.until,
        decided=decided.state is State.APPROVED,
        proposal_id=proposal.proposal_id,
    )


async def _own(session: AsyncSession, caller: Principal, citizen_id: UUID, delay_id: UUID) -> Row[Any]:
    caller.bound.hold(OF_THE_NATION, NotFound)
    row = await repository.find(session, citizen_id, delay_id)
    if row is None:
        raise NotFound
    return row
