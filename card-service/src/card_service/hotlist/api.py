"""Routes of the hot list."""

from __future__ import annotations

from typing import Annotated, Final

from card_service.cards.schemas import KeySetOut
from card_service.context import WithDependencies
from card_service.hotlist import service
from card_service.hotlist.models import POSITION, Position
from card_service.hotlist.schemas import HotListReply
from chassis.area import UNSAID
from chassis.auth import Caller
from chassis.db import Reading
from chassis.paging import Paging, by_text
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["hot list"])

_TERMINALS: Final = frozenset({CallerKind.TERMINAL})


@routes.get("/v1/hot-list", scopes=Scope.REDEMPTIONS_CREATE, callers=_TERMINALS)
async def read_hot_list(
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[str], by_text(1000, 5000, POSITION)],
) -> HotListReply:
    """What has changed in the hot list of the terminal's governorate since `after`, the `to` of the part before.

    Cards that are blocked, closed, switched off for supply or of another governorate by now. Without `after`, or where
    that is too long ago, the whole list. `limit` bounds the cards of a part.
    """
    governorate = caller.bound.only_governorate or UNSAID  # a terminal stands somewhere: of nowhere nothing is listed
    part = await service.next_part(session, governorate, Position.parse(page.after), page.limit)
    return HotListReply(part=service.signed(deps, governorate, part))


@routes.get("/v1/hot-list-keys", public=True)
async def hot_list_keys(deps: WithDependencies) -> KeySetOut:
    """The public keys that check the hot list."""
    return KeySetOut.model_validate(deps.hot_list.public_jwks())
