"""Rows sent again, corrected: who they are joins the household that the sender's reference stood for before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies, TokenRow
from card_service.registry import announcements, enrolment, repository, telling
from card_service.registry.changes.decided import Decided, enter
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.enrolment import Fingerprints
from card_service.registry.intake import Family, Rejection
from card_service.registry.memberships import Joining
from card_service.registry.models import Former, Household, ImportJob, Known, NewCitizen
from card_service.registry.name_tokens import token_rows
from chassis.clock import month_start
from chassis.outbox import Outgoing
from chassis.text import fold

_COUNT = text(
    "UPDATE household h SET revision = revision + 1,"
    " members = (SELECT count(*) FROM citizen c WHERE c.household_id = h.household_id)"
    " WHERE household_id = :household_id"
)


@dataclass(frozen=True)
class Join:
    """The rows of a family that join a household registered before."""

    family: Family
    household_id: UUID


def former_of(
    family: Family,
    before: Sequence[Former],
    prints: Fingerprints,
    known: Mapping[bytes, Known],
    corrects: UUID | None,
) -> Former | None:
    """The household a family joins; None where it is a household of its own.

    A reference alone may be used anew for somebody else. So it counts where the import says which one it corrects,
    where the family's head is the head that is registered there, or where no head is named and the address is the same.
    """
    for one in before:
        heads = [person for person in family.people if person.row in family.heads]
        mine = [known.get(prints[person.row]) for person in heads]
        same_head = any(head is not None and head.household_id == one.household_id for head in mine)
        if same_head or (corrects is not None and one.import_id == corrects):
            return one
        if not family.heads and family.people and all(_lives_there(person.residence, one) for person in family.people):
            return one
    return None


def _lives_there(home: tuple[str, str, str], former: Former) -> bool:
    return [*map(fold, home)] == [*map(fold, (former.governorate, former.district, former.address))]


def settle(
    family: Family, former: Former, prints: Fingerprints, known: Mapping[bytes, Known], seen: set[bytes]
) -> Join | None:
    """Refuse who cannot join the household; None where nobody is left who does. `seen`: who is taken in already."""
    joining = []
    for person in family.people:
        fingerprint = prints[person.row]
        registered = known.get(fingerprint)
        code, where = None, "national_id"
        if registered is not None and registered.deceased:
            code = "deceased"
        elif registered is not None and registered.in_a_household:
            code = "already_registered"
        elif fingerprint in seen:
            code = "duplicate_in_file"
        elif person.row in family.heads:
            code, where = "household_has_head", "role"
        elif (person.residence.governorate, person.residence.district) != (former.governorate, former.district):
            code, where = "residence_differs", "district"
        if code is None:
            joining.append(person)
            seen.add(fingerprint)
        else:
            family.rejections.append(Rejection(person.row, where, code))
    family.people = joining
    return Join(family, former.household_id) if joining else None


async def carry_out(
    session: AsyncSession,
    deps: Dependencies,
    job: ImportJob,
    join: Join,
    prints: Fingerprints,
    known: Mapping[bytes, Known],
) -> tuple[list[NewCitizen], list[Outgoing]]:
    """Write new members of a household, and what is told of it; nobody where the household has ended meanwhile.

    In the month in which the household was registered they count as if they had come with it, later as included.
    """
    family = join.family
    household = await repository.find_household(session, join.household_id, lock=True)
    if household is None or household.status != "active":
        family.reject("household_ended", "household_ref")
        return [], []
    until = deps.number_new_until()
    citizens = [
        enrolment.new_citizen(deps.vault, person, join.household_id, prints[person.row], known, until)
        for person in family.people
    ]
    now, today = deps.now(), deps.today()
    joining = Joining.registered(today)
    if month_start(household.since) != joining.first_month:
        decided = Decided(today, now, job.created_by)
        change = await enter(session, deps, ChangeKind.INCLUDED, decided, join.household_id)
        joining = Joining(today, change.month, reason=change.kind, change_id=change.change_id)
    await deps.add_tokens(session, [row for one in citizens if not one.known for row in _tokens(deps, household, one)])
    await repository.insert(session, [], citizens, job.import_id, now, joining)
    await session.execute(_COUNT, {"household_id": join.household_id})
    grown = await repository.find_household(session, join.household_id)
    events: list[Outgoing] = [*announcements.joined(deps.contacts, citizens, household.governorate)]
    if grown is not None:
        events.append(await telling.months_of(session, deps, grown, joining.first_month))
    return citizens, events


def _tokens(deps: Dependencies, household: Household, one: NewCitizen) -> list[TokenRow]:
    return token_rows(deps.name_keys, household.governorate, one.citizen_id, one.full_name, one.birth_date)
