"""Routes of cards found with a trader."""

from __future__ import annotations

from card_service.cards.errors import CardUnknown
from card_service.context import Running
from card_service.findings import service
from card_service.findings.errors import FindingInFuture, FindingKnown
from card_service.findings.schemas import FindingIn, FindingOut
from chassis.auth import Caller
from chassis.db import Work
from chassis.principal import CallerKind
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["cards"])


@routes.post(
    "/v1/card-findings",
    scopes=Scope.CARDS_INSPECT,
    callers=frozenset({CallerKind.PERSON}),
    status_code=201,
    problems=(CardUnknown, FindingInFuture, FindingKnown),
    rows=Rows("card_finding", "finding_id", without=("place_sealed",)),
    purpose="card_finding",
    despite_restriction="it proposes: a person decides, and it is announced",
)
async def enter_finding(given: FindingIn, caller: Caller, session: Work, running: Running) -> FindingOut:
    """Enter that a card was found with a trader. The second day within the term proposes to keep the household out.

    Nothing happens by itself: another person decides, it is announced, and bread goes on while an appeal runs.
    """
    return await service.enter(session, running, caller, given)
