"""What every change does to members: take one in, let one go, make one the head; and what it then tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import memberships, repository, sealed_names, telling
from card_service.registry.announcements import contact_changed
from card_service.registry.changes.decided import Change
from card_service.registry.changes.errors import (
    Deceased,
    FactTooEarly,
    HouseholdEnded,
    InAHousehold,
    NotInHousehold,
)
from card_service.registry.memberships import Joining
from card_service.registry.models import Citizen, Household, Role
from card_service.registry.months import month_text
from card_service.sealing import MOBILE
from chassis import outbox
from chassis.clock import month_start
from chassis.problems import NotFound
from contracts.card import HeadChanged, MemberJoined, MemberLeft
from contracts.event import Event

_PLACE = text(
    "UPDATE citizen SET household_id = :household_id, role = :role, mobile_usable = :usable"
    " WHERE citizen_id = :citizen_id"
)
_ROLE = text("UPDATE citizen SET role = :role WHERE citizen_id = :citizen_id")
_COUNT = text(
    "UPDATE household h SET revision = revision + 1,"
    " members = (SELECT count(*) FROM citizen c WHERE c.household_id = h.household_id)"
    " WHERE household_id = :household_id"
)


async def active(session: AsyncSession, household_id: UUID) -> Household:
    """A household that goes on, its row locked. Raises NotFound or HouseholdEnded."""
    household = await repository.find_household(session, household_id, lock=True)
    if household is None:
        raise NotFound
    if household.status != "active":
        raise HouseholdEnded
    return household


async def member(session: AsyncSession, household_id: UUID, citizen_id: UUID, fact_on: date) -> Citizen:
    """A member of a household, the row locked. Raises NotInHousehold, or FactTooEarly for a day before that."""
    citizen = await repository.find_citizen(session, citizen_id, lock=True)
    if citizen is None or citizen.household_id != household_id:
        raise NotInHousehold
    since = max(one.since for one in await memberships.of_citizen(session, citizen_id))
    if fact_on < since:
        raise FactTooEarly(detail_ar=f"الفرد مسجل في الأسرة منذ {since}.", since=since.isoformat())
    return citizen


async def take_in(
    session: AsyncSession, deps: Dependencies, change: Change, household: Household, citizen: Citizen, role: Role
) -> list[Event]:
    """Let a registered citizen of no household be a member. Raises Deceased, InAHousehold or FactTooEarly."""
    if citizen.life == "deceased":
        raise Deceased
    if citizen.household_id is not None:
        raise InAHousehold
    until, left_month = await memberships.last(session, citizen.citizen_id)
    day = change.decided.fact_on
    if until is not None and day < until:
        raise FactTooEarly(detail_ar=f"الفرد كان في أسرة أخرى حتى {until}.", since=until.isoformat())
    # Nobody counts a second time in a month: elsewhere until the end of the last month there.
    month = max(change.month, left_month or change.month)
    await memberships.keep(session)
    place = {"household_id": household.household_id, "role": role, "citizen_id": citizen.citizen_id}
    await session.execute(_PLACE, place | {"usable": citizen.mobile_usable})
    granted = memberships.EVERYTHING if until is None else ()
    joining = Joining(day, month, granted, change.kind, change.change_id)
    await memberships.begin_one(session, citizen.citizen_id, household.household_id, role, joining)
    joined = joined_event(change, household.household_id, citizen, role, month)
    return [joined, contact_of(deps, citizen, household.household_id, household.governorate)]


def joined_event(change: Change, household_id: UUID, citizen: Citizen, role: str, month: date) -> MemberJoined:
    """What is told of a new member, who counts from `month` on."""
    return MemberJoined(
        household_id=household_id,
        citizen_id=citizen.citizen_id,
        role=role,
        birth_year=citizen.birth_date.year,
        joined_on=change.decided.fact_on,
        effective_month=month_text(month),
        reason=change.kind,
        change_id=change.change_id,
    )


def contact_of(deps: Dependencies, citizen: Citizen, household_id: UUID, governorate: str | None) -> Event:
    """How a citizen is reached as a member of a household."""
    mobile = None
    if citizen.mobile_sealed is not None and citizen.mobile_usable:
        mobile = deps.vault.open(citizen.citizen_id, citizen.mobile_sealed, MOBILE).decode()
    full_name = sealed_names.opened(deps.vault, citizen.citizen_id, citizen.name_kept)
    new_until = citizen.mobile_new_until
    return contact_changed(deps.contacts, citizen.citizen_id, household_id, full_name, mobile, governorate, new_until)


async def let_go(session: AsyncSession, deps: Dependencies, change: Change, citizen: Citizen) -> list[Event]:
    """End the membership of a citizen; whether there is a head after it is the caller's to see to."""
    if citizen.household_id is None:
        raise NotInHousehold
    await repository.leave(session, citizen.citizen_id)
    day = change.decided.fact_on
    await memberships.end(session, citizen.citizen_id, day, change.month, change.kind, change.change_id)
    left = MemberLeft(
        household_id=citizen.household_id,
        citizen_id=citizen.citizen_id,
        left_on=day,
        effective_month=month_text(change.month),
        reason=change.kind,
        change_id=change.change_id,
    )
    unreachable = replace(citizen, mobile_sealed=None)
    return [left, contact_of(deps, unreachable, citizen.household_id, citizen.governorate)]


async def give_role(session: AsyncSession, change: Change, citizen: Citizen, role: Role) -> None:
    """Give a member another role from the day of the change on; what the member counts for stays."""
    if citizen.household_id is None:
        raise NotInHousehold
    await memberships.keep(session)
    await session.execute(_ROLE, {"role": role, "citizen_id": citizen.citizen_id})
    day = change.decided.fact_on
    stay = (await memberships.of_citizen(session, citizen.citizen_id))[-1]
    month = max(stay.first_month, month_start(change.month))
    await memberships.end(session, citizen.citizen_id, day, month, "role_changed", change.change_id)
    joining = Joining(day, month, (), "role_changed", change.change_id)
    await memberships.begin_one(session, citizen.citizen_id, citizen.household_id, role, joining)


async def make_head(
    session: AsyncSession, change: Change, household_id: UUID, former: UUID, heir: Citizen
) -> list[Event]:
    """Make a member the head, after the one before has left or has got another role."""
    if heir.life == "deceased":
        raise Deceased
    await give_role(session, change, heir, "head")
    return [
        HeadChanged(
            household_id=household_id,
            citizen_id=heir.citizen_id,
            former_head=former,
            changed_on=change.decided.fact_on,
            reason=change.kind,
            change_id=change.change_id,
        )
    ]


async def head_of(session: AsyncSession, household_id: UUID) -> Citizen:
    """The head of a household."""
    return (await repository.members(session, household_id))[0]


async def tell(
    session: AsyncSession,
    deps: Dependencies,
    change: Change,
    household_ids: Iterable[UUID],
    events: Iterable[outbox.Outgoing],
) -> None:
    """Count the members of the households anew, and tell them whole behind the events of the change."""
    told = list(events)
    for household_id in household_ids:
        await session.execute(_COUNT, {"household_id": household_id})
        household = await repository.find_household(session, household_id)
        if household is not None:
            told.append(await telling.months_of(session, deps, household, change.month))
    await outbox.add(session, *told)


def without_household(citizen: Citizen) -> Citizen:
    """The citizen as it is after having left."""
    return replace(citizen, household_id=None, role=None)
