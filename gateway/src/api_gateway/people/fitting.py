"""Whether a role that somebody is to hold fits: its place, who gives it, what they hold beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.people import grant_repository, places, rules
from api_gateway.people.errors import AreaUnknown, AuthorityUnknown
from api_gateway.people.models import Grant
from chassis.principal import Principal


async def ensure_may_grant(session: AsyncSession, caller: Principal, grant: Grant) -> None:
    """That the caller gives and takes this role where it is held. Raises RoleNotYoursToGrant or GrantBeyondOwnArea."""
    role, under = rules.known_role(grant.role), await places.under(session, caller.bound.authority)
    rules.ensure_may_grant(caller, role, grant.place, grant.authority_id, under)


async def ensure_fits(session: AsyncSession, caller: Principal, grant: Grant, now: datetime) -> None:
    """That the role is held in such a place, that the caller grants it there, and that nothing stands against it.

    Raises RoleUnknown, AuthorityUnknown, AreaUnknown, RoleHeldElsewhere, RoleNotYoursToGrant, GrantBeyondOwnArea or
    RolesConflict.
    """
    role = rules.known_role(grant.role)
    authority = await places.authority(session, grant.authority_id)
    if authority is None:
        raise AuthorityUnknown
    if not await places.knows_area(session, grant.area):
        raise AreaUnknown("See /v1/areas.", detail_ar="اختر المكان من القائمة.")
    rules.ensure_held(role, grant.place, authority)
    await ensure_may_grant(session, caller, grant)
    rules.ensure_no_conflict(grant.role, await grant_repository.other_roles(session, grant, now))
