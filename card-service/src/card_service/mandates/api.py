"""Routes of mandates."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.cards.errors import CardUnknown
from card_service.context import Running, WithDependencies
from card_service.mandates import service
from card_service.mandates.errors import MandateOver, MandateTooLong, MandateUnknown, ProxyHasMany, ProxyInvalid
from card_service.mandates.schemas import MandateIn, MandateOut, Mandates
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["mandates"])

_DESKS: Final = (Scope.CARDS_WRITE, Scope.CARDS_HANDOVER, Scope.CARDS_REPORT)


@routes.post(
    "/v1/cards/{card_id}/mandates",
    scopes=Scope.CARDS_HANDOVER,
    status_code=202,
    problems=(CardUnknown, ProxyInvalid, MandateTooLong, ProxyHasMany, ProposalOpen),
    purpose="mandate",
)
async def propose_mandate(
    card_id: UUID, given: MandateIn, caller: Caller, session: Work, runtime: Running
) -> ProposalReply:
    """Ask that somebody may prove for this card's holder, who cannot come, or collect the card, by a document seen.

    Another person decides (`/v1/proposals/card`). The proxy proves with their own card's PIN or code (`prover: proxy`);
    sales and visits, nothing is held on the wallet so. Who may `collect` is given the card at its site.
    """
    asked = await service.propose(session, runtime, caller, card_id, given)
    return ProposalReply.of(asked, runtime.clock.now())


@routes.get("/v1/cards/{card_id}/mandates", scopes=_DESKS, problems=CardUnknown, purpose="mandate")
async def list_mandates(
    card_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)]
) -> Mandates:
    """The mandates that a card's holder has given, those that have ended among them."""
    found = await service.given(session, caller, card_id, page)
    return Mandates.of(page, [MandateOut.of(one) for one in found], lambda one: one.mandate_id)


@routes.post(
    "/v1/mandates/{mandate_id}/withdrawal",
    scopes=_DESKS,
    problems=(MandateUnknown, MandateOver),
    purpose="mandate",
    despite_restriction="it protects the citizen",
)
async def withdraw_mandate(mandate_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> MandateOut:
    """End a mandate at once, by telephone too."""
    return MandateOut.of(await service.withdraw(session, deps, caller, mandate_id))
