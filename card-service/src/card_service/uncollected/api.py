"""Routes of uncollected cards."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from card_service.cards.errors import SiteUnknown
from card_service.context import WithDependencies
from card_service.registry import names, sealed_names
from card_service.uncollected import service
from card_service.uncollected.errors import CardStillAwaited
from card_service.uncollected.schemas import Marked, MarkedCard, MarkIn, UncollectedOut, UncollectedPage
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["distribution"])


@routes.get(
    "/v1/pickup-sites/{site_id}/uncollected",
    scopes=(Scope.CARDS_HANDOVER, Scope.SITES_WRITE),
    problems=SiteUnknown,
    purpose="hand_over",
)
async def list_uncollected(
    site_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(200, 1000)],
) -> UncollectedPage:
    """Cards at a site whose last invitation is over by `pickup.kept_days`; a counter sees its own site's."""
    found, counted = await service.listed(session, deps, caller, site_id, page)
    items = [
        UncollectedOut(
            card_id=one.card_id,
            holder_name_masked=names.masked(sealed_names.opened(deps.vault, one.citizen_id, one.name_kept)),
            invitations=one.invitations,
            last_ended_at=one.last_ended_at,
            marked_by=one.marked_by,
            marked_at=one.marked_at,
        )
        for one in found[: page.limit]
    ]
    following = found[page.limit - 1].card_id if len(found) > page.limit else None
    return UncollectedPage(items=items, next=following, uncollected=counted.uncollected, marked=counted.marked)


@routes.post(
    "/v1/pickup-sites/{site_id}/uncollected",
    scopes=(Scope.CARDS_HANDOVER, Scope.SITES_WRITE),
    problems=(SiteUnknown, CardStillAwaited),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def mark_uncollected(
    site_id: UUID, given: MarkIn, caller: Caller, session: Work, deps: WithDependencies
) -> Marked:
    """Mark uncollected cards to be returned: all of these or none. A holder who comes meanwhile gets the card."""
    counted = await service.mark(session, deps, caller, site_id, given.card_ids)
    marked = [MarkedCard(card_id=card_id) for card_id in dict.fromkeys(given.card_ids)]
    return Marked(site_id=site_id, cards=marked, uncollected=counted.uncollected, marked=counted.marked)
