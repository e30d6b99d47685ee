"""Routes of flour instead of bread."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.flour import service
from supply_service.flour.errors import FlourChoiceUnknown, FlourChosenAlready
from supply_service.flour.schemas import FlourChoice, FlourChoiceRequest, FlourChoices
from supply_service.rules.refusals import (
    CardClosed,
    CardUnknown,
    FlourMonthBegun,
    FlourMonthTooFar,
    FlourNotOffered,
    PolicyNotInForce,
    SupplyNotEnabled,
)

routes = router(tags=["flour"])

_ROW = Rows("flour_choice", "choice_id")


@routes.post(
    "/v1/flour-choices",
    scopes=Scope.FLOUR_CHOICES_WRITE,
    purpose="flour_choice",
    status_code=201,
    problems=(
        CardUnknown,
        CardClosed,
        SupplyNotEnabled,
        FlourMonthBegun,
        FlourMonthTooFar,
        FlourNotOffered,
        FlourChosenAlready,
        PolicyNotInForce,
    ),
    rows=_ROW,
)
async def choose_flour(runtime: Running, body: FlourChoiceRequest, caller: Caller, session: Work) -> FlourChoice:
    """Enter that a household, by its head's request, has flour instead of bread in a month to come.

    In that month it draws no bread. Its size then decides how many kilograms it has; the choice stays with the
    household when its card is replaced.
    """
    return await service.choose(session, runtime, caller, body)


@routes.delete(
    "/v1/flour-choices/{choice_id}",
    scopes=Scope.FLOUR_CHOICES_WRITE,
    purpose="flour_choice",
    problems=(FlourChoiceUnknown, FlourMonthBegun),
    rows=_ROW,
)
async def withdraw_flour(runtime: Running, choice_id: UUID, caller: Caller, session: Work) -> FlourChoice:
    """Withdraw a choice before its month begins; the household has bread again. A repeat gives the same."""
    return await service.withdraw(session, runtime, caller, choice_id)


@routes.get("/v1/flour-choices", scopes=Scope.FLOUR_CHOICES_WRITE, purpose="flour_choice", problems=CardUnknown)
async def list_flour_choices(card_id: UUID, caller: Caller, session: Reading) -> FlourChoices:
    """The choices of a card's household, those withdrawn included; the latest month first, at most 100."""
    return FlourChoices(items=await service.choices(session, caller, card_id))
