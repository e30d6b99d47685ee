"""Use cases of seminars: planned, announced to a district by SMS within a bound, signed up for, counted.

Seats are promised by number: who listens is nobody's business, so no name is kept of those who sign up or come.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.keys import SEMINAR_INVITATIONS_A_SEAT
from card_service.readiness import seminar_repository as repository
from card_service.readiness.errors import (
    SeminarBegun,
    SeminarCancelled,
    SeminarFull,
    SeminarHourOver,
    SeminarNotBegun,
    SeminarUnknown,
    TooManyInvited,
)
from card_service.readiness.models import Seminar
from card_service.readiness.schemas import SeminarIn
from card_service.scopes import ensure_own
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts import seminars as told


async def create(session: AsyncSession, deps: Dependencies, caller: Principal, given: SeminarIn) -> Seminar:
    """Plan a seminar. Raises OutsideBound or SeminarHourOver."""
    ensure_own(caller, given.governorate, given.district)
    if given.starts_at <= deps.now():
        raise SeminarHourOver(detail_ar="اختر موعداً قادماً.")
    seminar = Seminar(
        seminar_id=new_id(),
        **given.model_dump(),
        signed_up=0,
        attended=None,
        wanted=0,
        invited=0,
        state="planned",
    )
    await repository.create(session, seminar, caller.subject, deps.now())
    return seminar


async def seminar_of(session: AsyncSession, caller: Principal, seminar_id: UUID, *, lock: bool = False) -> Seminar:
    """A seminar of the caller's area. Raises SeminarUnknown."""
    return caller.bound.own(await repository.find(session, seminar_id, lock=lock), SeminarUnknown)


async def _to_come(session: AsyncSession, deps: Dependencies, caller: Principal, seminar_id: UUID) -> Seminar:
    """One that is still to be held, its row locked. Raises SeminarUnknown, SeminarCancelled or SeminarBegun."""
    seminar = await seminar_of(session, caller, seminar_id, lock=True)
    if seminar.state == "cancelled":
        raise SeminarCancelled()
    if seminar.state == "held" or seminar.starts_at <= deps.now():
        raise SeminarBegun()
    return seminar


async def order_invitations(
    session: AsyncSession, deps: Dependencies, caller: Principal, seminar_id: UUID, count: int
) -> Seminar:
    """Have so many more households of the district invited by SMS.

    Raises SeminarUnknown, SeminarCancelled, SeminarBegun or TooManyInvited.
    """
    seminar = await _to_come(session, deps, caller, seminar_id)
    most = seminar.seats * deps.figure(SEMINAR_INVITATIONS_A_SEAT)
    if seminar.wanted + count > most:
        left = max(most - seminar.wanted, 0)
        raise TooManyInvited(f"At most {most}; {left} are left.", detail_ar=f"بحد أقصى {most}", most=most, left=left)
    await repository.want(session, seminar_id, count)
    return await seminar_of(session, caller, seminar_id)


async def sign_up(
    session: AsyncSession, deps: Dependencies, caller: Principal, seminar_id: UUID, people: int
) -> Seminar:
    """Promise seats. Raises SeminarUnknown, SeminarCancelled, SeminarBegun or SeminarFull."""
    seminar = await _to_come(session, deps, caller, seminar_id)
    left = seminar.seats - seminar.signed_up
    if people > left:
        raise SeminarFull(f"{left} are left.", detail_ar=f"المتبقي {left}", left=left)
    await repository.sign_up(session, seminar_id, people)
    return await seminar_of(session, caller, seminar_id)


async def count_attendance(
    session: AsyncSession, deps: Dependencies, caller: Principal, seminar_id: UUID, attended: int
) -> Seminar:
    """Say how many came, or correct it. Raises SeminarUnknown, SeminarCancelled or SeminarNotBegun."""
    seminar = await seminar_of(session, caller, seminar_id, lock=True)
    if seminar.state == "cancelled":
        raise SeminarCancelled()
    if seminar.starts_at > deps.now():
        raise SeminarNotBegun(detail_ar="يسجل الحضور بعد بدء الندوة.")
    await repository.attend(session, seminar_id, attended)
    return await seminar_of(session, caller, seminar_id)


async def cancel(session: AsyncSession, deps: Dependencies, caller: Principal, seminar_id: UUID) -> Seminar:
    """Call a seminar off and tell whoever was invited. Raises SeminarUnknown, SeminarCancelled or SeminarBegun."""
    seminar = await _to_come(session, deps, caller, seminar_id)
    await repository.cancel(session, seminar_id)
    events = [
        told.SeminarCalledOff(
            invitation_id=one.invitation_id,
            seminar_id=seminar_id,
            citizen_id=one.citizen_id,
            household_id=one.household_id,
            starts_at=seminar.starts_at,
        )
        for one in await repository.invited(session, seminar_id)
    ]
    await outbox.add(session, *events)
    return await seminar_of(session, caller, seminar_id)
