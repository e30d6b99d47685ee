"""Who may hold which role where, and who may grant it (separation of duties). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from uuid import UUID

from api_gateway.people.errors import (
    GrantBeyondOwnArea,
    OwnPerson,
    RoleHeldElsewhere,
    RoleNotYoursToGrant,
    RolesConflict,
    RoleUnknown,
    SameHand,
)
from api_gateway.people.models import Authority, Grant, Place
from chassis.principal import Principal
from contracts.people import PEOPLE, Role, conflicting


def known_role(name: str) -> Role:
    """The role of a name. Raises RoleUnknown."""
    if name not in PEOPLE:
        raise RoleUnknown(f"The roles are {', '.join(sorted(PEOPLE))}.", detail_ar="راجع قائمة الأدوار.")
    return PEOPLE[name]


def ensure_held(role: Role, place: Place, authority: Authority) -> None:
    """That a role is held in such a place and authority. Raises RoleHeldElsewhere."""
    if place.kind not in role.areas:
        kinds = ", ".join(sorted(role.areas))
        raise RoleHeldElsewhere(f"It is held for a {kinds}.", detail_ar="راجع نوع النطاق المسموح به لهذا الدور.")
    if role.central and authority.parent is not None:
        raise RoleHeldElsewhere("It is held in the central authority only.", detail_ar="يُمنح في الجهة المركزية فقط.")


def ensure_may_grant(caller: Principal, role: Role, place: Place, authority_id: str, under: Set[str]) -> None:
    """That the caller's role grants this one, and that it is within their own authority and area.

    `under`: the caller's authority and all below it. Raises RoleNotYoursToGrant or GrantBeyondOwnArea.
    """
    if role.granted_by.isdisjoint(caller.roles):
        who = ", ".join(sorted(PEOPLE[name].name for name in role.granted_by))
        raise RoleNotYoursToGrant(f"It is granted by: {who}.", detail_ar=f"يمنحه: {who}.")
    if authority_id not in under or not caller.bound.covers(place.as_area):
        raise GrantBeyondOwnArea(
            "Ask somebody of that authority and area, or of one above it.",
            detail_ar="اطلب ذلك من مسؤول تلك الجهة والمنطقة أو ما فوقها.",
        )


def ensure_another(caller: Principal, person_id: UUID) -> None:
    """That it is not about the caller. Raises OwnPerson."""
    if caller.person_id == person_id:
        raise OwnPerson("Let somebody else do this.", detail_ar="يجب أن يقوم بذلك شخص آخر.")


def ensure_other_hand(caller: Principal, grant: Grant) -> None:
    """That the caller neither asked for the grant nor is to hold it. Raises SameHand."""
    if caller.person_id in {grant.asked_by, grant.person_id}:
        raise SameHand("A third person decides.", detail_ar="يجب أن يبت شخص ثالث.")


def ensure_no_conflict(wanted: str, held: Iterable[str]) -> None:
    """That a role may stand beside those somebody holds or is to hold, wherever. Raises RolesConflict."""
    for role in held:
        if role in PEOPLE and conflicting(wanted, role):
            raise RolesConflict(
                f"{wanted} and {role} are held by different people.",
                detail_ar=f"لا يجتمع «{PEOPLE[wanted].name_ar}» و«{PEOPLE[role].name_ar}» لشخص واحد.",
                roles=[wanted, role],
            )
