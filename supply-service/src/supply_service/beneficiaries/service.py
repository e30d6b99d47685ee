"""Use case: a file of households for a list is sent by one person and decided by another."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import OF_THE_NATION
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import InvalidRequest
from chassis.row_files.reader import Form
from contracts.scopes import Scope
from supply_service.beneficiaries import repository, rows
from supply_service.beneficiaries.errors import ListNotAhead, NotHouseholdList
from supply_service.beneficiaries.schemas import ListProposed, Proposed, RowFault
from supply_service.cards import lists
from supply_service.context import Runtime
from supply_service.months.service import present
from supply_service.proposals import PROPOSALS

CATEGORY = "category"
SHOWN = 100


async def propose(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    place: tuple[str, str],
    span: tuple[date, date | None],
    body: bytes,
    form: tuple[Form, str | None],
) -> ListProposed:
    """Propose that the households of a file be on a list (kind and name) from a day until another.

    Raises OutsideBound, ListNotAhead, InvalidRequest or NotHouseholdList.
    """
    caller.bound.ensure_covers(OF_THE_NATION)
    (kind, name), (since, until) = place, span
    _ensure_span(kind, since, until, present(runtime))
    marks = runtime.state.settings.ration_cards()
    named, faults = await asyncio.to_thread(rows.read, body, *form, marks)
    found = await repository.known(session, [one.household for one in named])
    faults |= {one.line: "household_unknown" for one in named if one.household not in found}
    households = sorted({found[one.household] for one in named if one.household in found})
    if not households:
        raise NotHouseholdList("No row of it names a household.", detail_ar="لا يوجد في الملف أي أسرة معروفة.")
    file_id = new_id()
    await repository.keep(session, file_id, households)
    content = Proposed(
        kind=kind,
        name=name,
        since=since,
        until=until,
        households=len(households),
        rows_sha256=hashlib.sha256(b"".join(one.bytes for one in households)).hexdigest(),
    ).model_dump(mode="json")
    made = await PROPOSALS.enter(session, runtime, caller, LIST, str(file_id), content, area=OF_THE_NATION)
    shown = [
        RowFault(row=line, code=code, reason=rows.FAULTS[code][0], reason_ar=rows.FAULTS[code][1])
        for line, code in sorted(faults.items())[:SHOWN]
    ]
    return ListProposed(
        proposal_id=made.proposal_id,
        digest=made.digest.hex(),
        taken=len(households),
        rejected=len(faults),
        faults=shown,
    )


def _ensure_span(kind: str, since: date, until: date | None, month: date) -> None:
    """A category holds for whole months to come; a grant's list for any days."""
    if until is not None and until < since:
        raise InvalidRequest("The last day comes before the first.", detail_ar="آخر يوم قبل أول يوم.")
    if kind != CATEGORY:
        return
    if since <= month or since.day != 1 or (until is not None and (until + timedelta(days=1)).day != 1):
        raise ListNotAhead(
            f"From the 1st of a month after {month:%Y-%m}, until the last day of one.",
            detail_ar=f"تبدأ من أول شهر بعد {month:%Y-%m} وتنتهي في آخر يوم من شهر.",
        )


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    said = Proposed.model_validate(proposal.content)
    _ensure_span(said.kind, said.since, said.until, present(runtime))
    file_id = UUID(proposal.subject)
    if said.kind == CATEGORY:
        await lists.leave_categories(session, file_id, said.since)
    await lists.enter(session, file_id, said.kind, said.name, said.since, said.until)
    await repository.forget(session, file_id)


async def _released(session: AsyncSession, _: Runtime, proposal: Proposal) -> None:
    await repository.forget(session, UUID(proposal.subject))


LIST: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="household-list",
        enters=Scope.POLICIES_WRITE,
        decides=Scope.POLICIES_APPROVE,
        reads=(Scope.POLICIES_READ,),
        execute=_execute,
        released=_released,
    )
)
