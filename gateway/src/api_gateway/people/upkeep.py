"""What time brings to people: grants that are over, last days that have passed, marks of a key gone by."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.people import grant_repository, granting, invitations, notices, repository, service
from api_gateway.people.desk import Desk
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND

log = get_logger(__name__)

AT_ONCE = 100
KEPT = timedelta(days=90)
ENOUGH_ADMINISTRATORS = 2
_BY_ITSELF = "service:gateway"

ADMINISTRATORS = Gauge(
    "unicard_administrators", "People who may give others rights in the whole nation", registry=BACKGROUND
)
GRANTS_DUE = Gauge(
    "unicard_role_grants_to_confirm", "Roles that somebody must confirm within a month", registry=BACKGROUND
)


async def tidy(session: AsyncSession, desk: Desk) -> bool:
    """Close what is over, some at once; true where there may be more."""
    closed = await granting.expire(session, desk, AT_ONCE)
    today = MACHINE_TIME.today()
    past = await repository.past_their_day(session, today, AT_ONCE)
    for person in past:
        await service.go(session, desk, person, "the last day has passed", _BY_ITSELF)
    marked = await mark_anew(session, desk, AT_ONCE)
    await invitations.forget_unused(session, MACHINE_TIME.now() - KEPT)
    await notices.forget_old(session)
    return AT_ONCE in (closed, len(past), marked)


async def mark_anew(session: AsyncSession, desk: Desk, limit: int) -> int:
    """Seal and mark some of the people with the ring's current key who were with another. Gives how many."""
    identities = desk.identities
    found = await repository.marked_otherwise(session, identities.current, limit)
    for person_id, sealed, sealed_name, mobile in found:
        number, name = identities.number(person_id, sealed), identities.name(person_id, sealed_name)
        mark = identities.mark(number)
        sealed_number, sealed_name_anew = identities.seal(person_id, number, name)
        await repository.set_mark(
            session,
            {
                "person_id": person_id,
                "marked_with": mark.key,
                "mark": mark.value,
                "national_id_sealed": sealed_number,
                "full_name_sealed": sealed_name_anew,
                "mobile_sealed": identities.seal_mobile(person_id, identities.mobile(person_id, mobile)),
            },
        )
    return len(found)


async def are_enough(session: AsyncSession) -> bool:
    """Whether there are two active administrators of the nation, with whom the setting up ends."""
    now = MACHINE_TIME.now()
    return await repository.administrators(session, now, MACHINE_TIME.today()) >= ENOUGH_ADMINISTRATORS


async def measure(session: AsyncSession) -> None:
    """Tell how many administrators there are, and how many roles wait to be confirmed."""
    now = MACHINE_TIME.now()
    administrators = await repository.administrators(session, now, MACHINE_TIME.today())
    ADMINISTRATORS.set(administrators)
    GRANTS_DUE.set(await grant_repository.due(session, now, now + timedelta(days=30)))
    if administrators < ENOUGH_ADMINISTRATORS and await repository.anybody(session):
        log.warning("fewer than two administrators: see the runbook", administrators=administrators)
