"""Use cases of uncollected cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import SiteUnknown
from card_service.cards.lifecycle import Action, CardState, allowed
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.keys import KEPT_DAYS
from card_service.uncollected import repository
from card_service.uncollected.errors import CardStillAwaited
from card_service.uncollected.models import Counted, Uncollected
from card_service.uncollected.repository import Term
from chassis.clock import day_begins
from chassis.paging import Paging
from chassis.principal import Principal


async def _term(session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID) -> Term:
    caller.bound.own(await sites.find_site(session, site_id), SiteUnknown)
    states = [state.value for state in CardState if Action.HAND_OVER in allowed(state)]
    return Term(site_id, states, day_begins(deps.today() - timedelta(days=deps.figure(KEPT_DAYS))))


async def listed(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, page: Paging[UUID]
) -> tuple[list[Uncollected], Counted]:
    """A site's uncollected cards, and how many there are in all. Raises SiteUnknown."""
    term = await _term(session, deps, caller, site_id)
    return await repository.page(session, term, page), await repository.count(session, term)


async def mark(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, cards: Sequence[UUID]
) -> Counted:
    """Say of uncollected cards that they go back: all of these or none. Raises SiteUnknown or CardStillAwaited."""
    term = await _term(session, deps, caller, site_id)
    found = await repository.lock(session, term, cards)
    if others := len(set(cards) - found):
        raise CardStillAwaited(f"{others} of these.", detail_ar="حدّث القائمة ثم أعد المحاولة.", others=others)
    await repository.mark(session, site_id, sorted(found), caller.subject, deps.now())
    return await repository.count(session, term)
