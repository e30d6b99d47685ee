"""Proposing to keep a household out on a ground that was found: decided by a person, then announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import REQUEST_CHECKED
from card_service.registry import memberships, months, repository
from card_service.registry.months import next_month
from card_service.registry.requests import entering
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.kinds import RequestKind
from card_service.registry.requests.models import ChangeRequest
from card_service.registry.requests.refusal_reasons import Ground
from chassis.logging import get_logger
from chassis.principal import Principal
from chassis.refusals import Refusal

log = get_logger(__name__)


async def exclusion(
    session: AsyncSession,
    runtime: Runtime,
    finder: Principal,
    household_id: UUID,
    ground: Ground,
    references: Sequence[str],
    *,
    unused_since: date | None = None,
    found_on: Sequence[date] = (),
) -> ChangeRequest | None:
    """Enter the exclusion of a household's members from goods and bread, in the name of `finder`.

    What cannot be entered (the same is asked for already, the household has ended, all are kept out) is left: None.
    Nothing is carried out unless another decides, whatever the policies say of who enters.
    """
    deps = runtime.state.dependencies
    book, today, by = deps.policies.book, deps.today(), entering.by_of(finder)
    if not REQUEST_CHECKED.on(book, today, kind=RequestKind.EXCLUSION, by=by):
        log.warning("exclusions are not checked: none is proposed", by=by, household_id=str(household_id))
        return None
    members = [one.citizen_id for one in await repository.members(session, household_id) if one.life != "deceased"]
    if not members or not await _counts(session, household_id, next_month(today)):
        return None
    asked = Exclusion(
        kind="exclusion", household_id=household_id, fact_on=today, citizen_ids=members, programmes=["bread", "goods"],
        ground=ground, unused_since=unused_since, found_on=list(found_on),
    )  # fmt: skip
    trial = await session.begin_nested()
    try:
        request = await entering.enter_request(session, runtime, finder, asked, references)
    except Refusal as refusal:
        await trial.rollback()
        log.info("no exclusion is proposed", household_id=str(household_id), code=refusal.code)
        return None
    await trial.commit()
    log.info("an exclusion is proposed", household_id=str(household_id), request_id=str(request.request_id))
    return request


async def _counts(session: AsyncSession, household_id: UUID, month: date) -> bool:
    """Whether anybody of a household counts for goods or bread in a month."""
    facts = await memberships.facts_of_households(session, [household_id])
    sizes = months.sizes_in(household_id, months.entitlements(facts.stays, facts.decisions), month)
    return sizes.goods > 0 or sizes.bread > 0
