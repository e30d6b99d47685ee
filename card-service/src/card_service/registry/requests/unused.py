"""Proposing to keep households out that draw nothing: entered by the system, decided by a person, then announced."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import REQUEST_CHECKED, UNUSED_MONTHS
from card_service.registry import memberships, months, repository
from card_service.registry.months import next_month
from card_service.registry.requests import entering
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.kinds import RequestKind
from chassis.area import NATIONAL
from chassis.clock import whole_months
from chassis.logging import get_logger
from chassis.principal import CallerKind, Principal
from chassis.refusals import Refusal
from contracts.scopes import Scope

log = get_logger(__name__)

GROUND: Final = "unused"
# In whose name what supply-service has found is entered.
FINDER: Final = Principal(
    "supply-service", CallerKind.CLIENT, frozenset({Scope.REQUESTS_WRITE}), NATIONAL, "supply-service"
)


async def propose(session: AsyncSession, runtime: Runtime, household_id: UUID, since: date) -> None:
    """Enter the exclusion of a household's members from goods and bread, where the policies of the day call for it.

    What cannot be entered (the same is asked for already, the household has ended, all are kept out) is left: supply
    tells again after as many months. Nothing is carried out unless another decides, whatever the policies say of files.
    """
    deps = runtime.state.dependencies
    book, today = deps.policies.book, deps.today()
    if whole_months(since, today) < UNUSED_MONTHS.on(book, today):
        return
    if not REQUEST_CHECKED.on(book, today, kind=RequestKind.EXCLUSION, by="client"):
        log.warning("exclusions by clients are not checked: none is proposed", household_id=str(household_id))
        return
    members = [one.citizen_id for one in await repository.members(session, household_id) if one.life != "deceased"]
    if not members or not await _counts(session, household_id, next_month(today)):
        return
    asked = Exclusion(
        kind="exclusion", household_id=household_id, fact_on=today, citizen_ids=members, programmes=["bread", "goods"],
        ground=GROUND, unused_since=since,
    )  # fmt: skip
    trial = await session.begin_nested()
    try:
        request = await entering.enter_request(session, runtime, FINDER, asked, [f"supply:unused/{since}"])
    except Refusal as refusal:
        await trial.rollback()
        log.info("no exclusion is proposed", household_id=str(household_id), code=refusal.code)
        return
    await trial.commit()
    log.info("an exclusion is proposed", household_id=str(household_id), request_id=str(request.request_id))


async def _counts(session: AsyncSession, household_id: UUID, month: date) -> bool:
    """Whether anybody of a household counts for goods or bread in a month."""
    facts = await memberships.facts_of_households(session, [household_id])
    sizes = months.sizes_in(household_id, months.entitlements(facts.stays, facts.decisions), month)
    return sizes.goods > 0 or sizes.bread > 0
