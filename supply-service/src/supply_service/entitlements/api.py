"""Route of entitlements."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import CITIZENS, Rate
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.entitlements import service
from supply_service.entitlements.schemas import Entitlements
from supply_service.rules.refusals import CardUnknown, PolicyNotInForce

routes = router(tags=["entitlements"])


@routes.get(
    "/v1/entitlements/{card_id}",
    purpose="entitlements",
    scopes=Scope.ENTITLEMENTS_READ,
    problems=(CardUnknown, PolicyNotInForce),
    rate=Rate.SALE,
    hot=True,
)
async def read_entitlements(runtime: Running, card_id: UUID, caller: Caller, session: Reading) -> Entitlements:
    """What the card's household has left this month, whether or not it has been touched yet."""
    return await service.entitlements(session, runtime, caller, card_id)


@routes.get(
    "/v1/self/entitlements",
    purpose="own",
    scopes=Scope.SELF_BALANCES,
    callers=CITIZENS,
    problems=(CardUnknown, PolicyNotInForce),
    despite_restriction="citizens see it for themselves",
)
async def read_own_entitlements(runtime: Running, caller: Caller, session: Reading) -> Entitlements:
    """What one's own household has left this month, whether or not it has been touched yet."""
    return await service.own(session, runtime, caller)
