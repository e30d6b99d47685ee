"""Use cases: an inspector enters that a card was found with a trader; enough such days are proposed as a ground."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import numbers
from card_service.cards.errors import CardUnknown
from card_service.cards.service import card_of
from card_service.context import Runtime
from card_service.findings import repository
from card_service.findings.errors import FindingInFuture, FindingKnown
from card_service.findings.models import Finding
from card_service.findings.schemas import FindingIn, FindingOut
from card_service.registry import repository as register
from card_service.registry.requests import proposing
from card_service.registry.requests.grounds import GroundRule
from card_service.sealing import CARD_NUMBER, FINDING
from chassis.area import NATIONAL
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.text import normalise_digits
from contracts.scopes import Scope

_MOST_NAMED = 20  # findings whose reports a request names: as many references as one may have


async def enter(session: AsyncSession, runtime: Runtime, caller: Principal, given: FindingIn) -> FindingOut:
    """Keep a finding of a card of the caller's area, and propose the exclusion where it is one too many.

    Raises CardUnknown, FindingInFuture or FindingKnown.
    """
    deps = runtime.state.dependencies
    today, now = deps.today(), deps.now()
    card = await card_of(session, caller, await _card_id(session, runtime, given.card_number))
    if given.found_on > today:
        raise FindingInFuture(detail_ar="راجع تاريخ المحضر.")
    # two inspectors at once: the one who comes second counts the first's
    await register.find_household(session, card.household_id, lock=True)
    finding_id = new_id()
    finding = Finding(
        finding_id=finding_id,
        card_id=card.card_id,
        household_id=card.household_id,
        outlet_id=given.outlet_id,
        found_on=given.found_on,
        place_sealed=deps.vault.seal(finding_id, given.place.encode(), FINDING),
        report=given.report,
        entered_by=caller.subject,
        entered_at=now,
    )
    if not await repository.add(session, finding):
        raise FindingKnown(detail_ar="لا يسجل الضبط الواحد مرتين.")
    rule = GroundRule.on(deps.policies.book, today)
    found = await repository.of_household(session, card.household_id)
    days = rule.misuse_days([one.found_on for one in found], today)
    proposed = False
    # An old report that comes late proves nothing that was not known: only a day that counts is reason to propose.
    if len(days) >= rule.misuse_times and finding.found_on in days:
        proposed = await _proposed(session, runtime, caller, [one for one in found if one.found_on in days])
    return FindingOut(
        finding_id=finding_id,
        card_id=card.card_id,
        found_on=finding.found_on,
        days=len(days),
        needed=rule.misuse_times,
        proposed=proposed,
    )


async def _card_id(session: AsyncSession, runtime: Runtime, given: str) -> UUID:
    number = "".join(normalise_digits(given).split())
    mark = runtime.state.dependencies.vault.fingerprint(number, CARD_NUMBER) if numbers.is_valid(number) else None
    found = await repository.card_by_number(session, mark) if mark else None
    if found is None:
        raise CardUnknown
    return found


async def _proposed(session: AsyncSession, runtime: Runtime, caller: Principal, counted: list[Finding]) -> bool:
    """Enter the request in the name of whoever found it last: no inspector decides (`contracts.people`)."""
    # the household may live elsewhere than its card is of: whoever found the card may say so all the same
    entering = replace(caller, scopes=caller.scopes | {Scope.REQUESTS_WRITE}, bound=NATIONAL)
    reports = list(dict.fromkeys(one.report for one in counted))[-_MOST_NAMED:]
    days = sorted({one.found_on for one in counted})
    request = await proposing.exclusion(
        session, runtime, entering, counted[0].household_id, "misuse", reports, found_on=days
    )
    return request is not None
