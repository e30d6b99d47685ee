"""Every SQL statement of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.trials.models import Check, TestCard, Trial, Unit, UnitKind
from chassis.area import Bound, BoundedStatement
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.row_arrays import statement

_TRIAL = "SELECT trial_id, name, governorate, state, opened_at, closed_at FROM trial"
_OPEN = text(
    "INSERT INTO trial (trial_id, name, governorate, opened_by, opened_at)"
    " VALUES (:trial_id, :name, :governorate, :by, :at) ON CONFLICT (governorate, name) DO NOTHING RETURNING trial_id"
)
_FIND = text(f"{_TRIAL} WHERE trial_id = :trial_id")
_LOCK = text(f"{_TRIAL} WHERE trial_id = :trial_id FOR UPDATE")
_LIST = BoundedStatement(
    f"{_TRIAL} WHERE <bound> AND trial_id > :after ORDER BY trial_id LIMIT :limit", governorate="governorate"
)
_OF_GOVERNORATE = text(f"{_TRIAL} WHERE governorate = :governorate ORDER BY trial_id DESC LIMIT 1")
_CLOSE = text("UPDATE trial SET state = 'closed', closed_at = :at, closed_by = :by WHERE trial_id = :trial_id")
_ADD_UNIT = text(
    "INSERT INTO trial_unit (trial_id, unit_kind, unit_id, entered_by, entered_at)"
    " VALUES (:trial_id, :unit_kind, :unit_id, :by, :at) ON CONFLICT (trial_id, unit_id) DO NOTHING"
)
_UNITS = text("SELECT unit_kind, unit_id FROM trial_unit WHERE trial_id = :trial_id ORDER BY unit_id")
# A site needs no flag: cards of both lie there. Outlets and providers are of a trial or of none, for good.
_MAY_TAKE_PART = text(
    "SELECT EXISTS (SELECT FROM trial_place WHERE unit_kind = :unit_kind AND place_id = :unit_id"
    " AND governorate = :governorate) OR (:unit_kind = 'site' AND EXISTS (SELECT FROM pickup_site"
    " WHERE site_id = :unit_id AND governorate = :governorate))"
)
_KNOW_PLACES = statement(
    "INSERT INTO trial_place AS p (place_id, unit_kind, governorate)"
    " SELECT r.place_id, :unit_kind, r.governorate FROM <rows>"
    " ON CONFLICT (place_id) DO UPDATE SET governorate = excluded.governorate",
    place_id="uuid",
    governorate="text",
)
_ADD_NUMBERS = statement(
    "INSERT INTO trial_number (trial_id, mobile_hash) SELECT :trial_id, r.mobile_hash FROM <rows>"
    " ON CONFLICT (trial_id, mobile_hash) DO NOTHING",
    mobile_hash="bytea",
)
_NUMBERS = text("SELECT count(*) FROM trial_number WHERE trial_id = :trial_id")
_KNOWN = text(
    "SELECT mobile_hash FROM trial_number WHERE trial_id = :trial_id AND mobile_hash = ANY(CAST(:hashes AS bytea[]))"
)
_CARDS = text(
    "SELECT c.card_id, c.household_id, c.citizen_id, c.state, c.issued_at, c.pin_digest IS NOT NULL AS has_pin"
    " FROM household h JOIN card c USING (household_id) WHERE h.trial_id = :trial_id ORDER BY c.card_id"
)
_HOUSEHOLDS = text("SELECT household_id FROM household WHERE trial_id = :trial_id ORDER BY household_id")
_CHECKS = text("SELECT step, result, seen_by, seen_at FROM trial_check WHERE trial_id = :trial_id ORDER BY check_id")
_SEE = text(
    "INSERT INTO trial_check (check_id, trial_id, step, result, note, seen_by, seen_at)"
    " VALUES (:check_id, :trial_id, :step, :result, :note, :by, :at)"
)
# What another service has seen of a household of an open trial; once, whoever tells it again.
_SEE_OF = statement(
    "INSERT INTO trial_check (check_id, trial_id, step, result, note, seen_by, seen_at)"
    " SELECT r.check_id, t.trial_id, r.step, 'passed', '', 'system', r.seen_at FROM <rows>"
    " JOIN household h ON h.household_id = r.household_id JOIN trial t ON t.trial_id = h.trial_id"
    " WHERE t.state = 'open' ON CONFLICT (check_id) DO NOTHING",
    check_id="uuid",
    household_id="uuid",
    step="text",
    seen_at="timestamptz",
)


async def open_trial(session: AsyncSession, trial: Trial, by: str) -> bool:
    """Write a trial; False where the governorate has one of that name."""
    values = {
        "trial_id": trial.trial_id,
        "name": trial.name,
        "governorate": trial.governorate,
        "by": by,
        "at": trial.opened_at,
    }
    return (await session.execute(_OPEN, values)).scalar_one_or_none() is not None


async def find(session: AsyncSession, trial_id: UUID, *, lock: bool = False) -> Trial | None:
    """A trial by id, its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"trial_id": trial_id})).one_or_none()
    return Trial(*row) if row else None


async def newest(session: AsyncSession, governorate: str) -> Trial | None:
    """The trial of a governorate that was opened last."""
    row = (await session.execute(_OF_GOVERNORATE, {"governorate": governorate})).one_or_none()
    return Trial(*row) if row else None


async def page(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> list[Trial]:
    """The trials the caller may see, in the order they were opened."""
    return [Trial(*row) for row in await session.execute(*_LIST.within(bound, dict(page.bounds)))]


async def close(session: AsyncSession, trial_id: UUID, by: str, at: datetime) -> None:
    """Let a trial end."""
    await session.execute(_CLOSE, {"trial_id": trial_id, "by": by, "at": at})


async def add_unit(session: AsyncSession, trial_id: UUID, unit: Unit, by: str, at: datetime) -> None:
    """Let a place take part."""
    values = {"trial_id": trial_id, "unit_kind": unit.unit_kind, "unit_id": unit.unit_id, "by": by, "at": at}
    await session.execute(_ADD_UNIT, values)


async def may_take_part(session: AsyncSession, unit: Unit, governorate: str) -> bool:
    """Whether a place of a governorate was registered for trials, or is a pick-up site."""
    values = {"unit_kind": unit.unit_kind, "unit_id": unit.unit_id, "governorate": governorate}
    return bool((await session.execute(_MAY_TAKE_PART, values)).scalar_one())


async def know_places(session: AsyncSession, kind: UnitKind, places: Mapping[UUID, str]) -> None:
    """Know outlets or providers that were registered for trials, by their governorates."""
    if places:
        columns = {"place_id": list(places), "governorate": list(places.values())}
        await session.execute(_KNOW_PLACES, {"unit_kind": kind, **columns})


async def units(session: AsyncSession, trial_id: UUID) -> list[Unit]:
    """The places that take part."""
    return [Unit(*row) for row in await session.execute(_UNITS, {"trial_id": trial_id})]


async def add_numbers(session: AsyncSession, trial_id: UUID, hashes: Sequence[bytes]) -> None:
    """Let SMS of the trial go to these numbers."""
    await session.execute(_ADD_NUMBERS, {"trial_id": trial_id, "mobile_hash": list(hashes)})


async def numbers(session: AsyncSession, trial_id: UUID) -> int:
    """How many numbers its SMS may go to."""
    return int((await session.execute(_NUMBERS, {"trial_id": trial_id})).scalar_one())


async def known(session: AsyncSession, trial_id: UUID, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these numbers are the trial's."""
    values = {"trial_id": trial_id, "hashes": list(hashes)}
    return {bytes(one) for one in (await session.execute(_KNOWN, values)).scalars()}


async def cards(session: AsyncSession, trial_id: UUID) -> list[TestCard]:
    """All cards of the trial's households."""
    return [TestCard(*row) for row in await session.execute(_CARDS, {"trial_id": trial_id})]


async def households(session: AsyncSession, trial_id: UUID) -> list[UUID]:
    """The trial's households."""
    return list((await session.execute(_HOUSEHOLDS, {"trial_id": trial_id})).scalars())


async def checks(session: AsyncSession, trial_id: UUID) -> list[Check]:
    """What was seen, in the order in which it was entered."""
    return [Check(*row) for row in await session.execute(_CHECKS, {"trial_id": trial_id})]


async def see(session: AsyncSession, trial_id: UUID, check: Check, note: str) -> None:
    """Keep what a person has seen."""
    values = {
        "check_id": new_id(),
        "trial_id": trial_id,
        "step": check.step,
        "result": check.result,
        "note": note,
        "by": check.seen_by,
        "at": check.seen_at,
    }
    await session.execute(_SEE, values)


async def see_of(session: AsyncSession, seen: Sequence[tuple[UUID, UUID, str, datetime]]) -> None:
    """Keep what services have seen: rows of an id, the household, the step, and when it was."""
    values = {
        "check_id": [one[0] for one in seen],
        "household_id": [one[1] for one in seen],
        "step": [one[2] for one in seen],
        "seen_at": [one[3] for one in seen],
    }
    await session.execute(_SEE_OF, values)
