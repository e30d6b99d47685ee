"""Households with their lists of members, as card-service tells them: the newest of each holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.districts import as_listed
from chassis.months import first_day
from chassis.row_arrays import columns, transposed
from contracts.card import HouseholdRestated
from contracts.household import FormerMember, HealthMonths, HouseholdState
from health_service.cards import members, repository
from health_service.cards.members import HEAD
from health_service.rules.membership import as_text, uninsured
from health_service.rules.standing import DAY, add_months

_DAY_OF = ("household_id", "citizen_id", "day")


class Person(NamedTuple):
    """A member of a list, as far as it says; `uninsured`: the days on which they do not count for health."""

    citizen_id: UUID
    is_head: bool
    role: str | None
    since: date | None
    birth_year: int | None
    uninsured: str | None


class Listed(NamedTuple):
    """A household with all its members, and what its cover rests on: codes with their days."""

    household_id: UUID
    governorate: str
    district: str
    revision: int
    status: str | None
    legal_basis: str | None
    people: Sequence[Person]
    former: Sequence[FormerMember]
    bases: Sequence[tuple[str, date, date | None]]

    @staticmethod
    def of(told: HouseholdState) -> Listed:
        """As a change tells it."""
        people = [
            Person(one.citizen_id, one.role == HEAD, one.role, one.since, one.birth_year, _kept_out(one.health))
            for one in told.members
        ]
        bases = [
            (basis, _first(span.first_month), _last(span.last_month))
            for one in told.members
            if one.role == HEAD
            for span in one.health or ()
            if (basis := span.basis or told.legal_basis) is not None
        ]
        return Listed(
            told.household_id,
            told.governorate,
            as_listed(told.governorate, told.district),
            told.revision,
            told.status,
            told.legal_basis,
            people,
            told.former or (),
            bases,
        )

    @staticmethod
    def again(told: HouseholdRestated) -> Listed:
        """As it is told again; by a teller of before, without its months."""
        if told.state is not None:
            return Listed.of(told.state)
        people = [Person(one.citizen_id, one.is_head, None, None, one.birth_year, None) for one in told.citizens]
        district = as_listed(told.governorate, told.district)
        return Listed(told.household_id, told.governorate, district, told.revision, None, None, people, (), ())


async def put_lists(session: AsyncSession, told: Iterable[Listed]) -> list[Listed]:
    """Keep the newest lists; gives those that changed something."""
    newest: dict[UUID, Listed] = {}
    for one in told:
        known = newest.get(one.household_id)
        if known is None or known.revision < one.revision:
            newest[one.household_id] = one
    found = list(newest.values())
    names = ("household_id", "governorate", "district", "revision", "status", "legal_basis")
    lists = transposed(found, *names)
    lists["members"] = [len(one.people) for one in found]
    lists["bases"] = [orjson.dumps(one.bases).decode() if one.bases else None for one in found]
    ids = set(await repository.put_listed(session, lists))
    changed = [one for one in found if one.household_id in ids]
    if changed:
        await _put_people(session, changed)
    return changed


async def _put_people(session: AsyncSession, changed: Sequence[Listed]) -> None:
    people = [(one.household_id, person) for one in changed for person in one.people]
    listed = transposed((person for _, person in people), *Person._fields)
    listed["household_id"] = [household_id for household_id, _ in people]
    await members.put_lists(session, [one.household_id for one in changed], listed)
    former = [(one.household_id, gone) for one in changed for gone in one.former]
    if former:
        left = [(household_id, gone.citizen_id, gone.left_on) for household_id, gone in former]
        await members.left(session, columns(left, *_DAY_OF))
    dead = [(household_id, gone.citizen_id, gone.died_on) for household_id, gone in former if gone.died_on]
    if dead:
        await members.dies(session, columns(dead, *_DAY_OF))


def _kept_out(spans: Sequence[HealthMonths] | None) -> str | None:
    if spans is None:
        return None
    days = uninsured(
        [(_first(span.first_month), None if span.last_month is None else _first(span.last_month)) for span in spans]
    )
    return as_text(days) if days else None


def _first(month: str) -> date:
    return first_day(month)


def _last(month: str | None) -> date | None:
    """The last day of a month."""
    return None if month is None else add_months(_first(month), 1) - DAY
