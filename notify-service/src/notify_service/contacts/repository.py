"""Every SQL statement about contacts and card holders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_PUT_CONTACTS = statement(
    """
    INSERT INTO contact (citizen_id, household_id, language, number_hash, sealed, changed_at, governorate, new_until)
    SELECT * FROM <rows>
    -- what was told before the citizen's erasure does not come back by it
    WHERE NOT EXISTS (
        SELECT FROM erased_person e WHERE e.citizen_id = r.citizen_id AND e.erased_at >= r.changed_at)
    ON CONFLICT (citizen_id) DO UPDATE SET household_id = excluded.household_id, language = excluded.language,
        number_hash = excluded.number_hash, sealed = excluded.sealed, changed_at = excluded.changed_at,
        governorate = coalesce(excluded.governorate, contact.governorate), new_until = excluded.new_until
    WHERE contact.changed_at <= excluded.changed_at
    """,
    citizen_id="uuid",
    household_id="uuid",
    language="text",
    number_hash="bytea",
    sealed="bytea",
    changed_at="timestamptz",
    governorate="text",
    new_until="timestamptz",
)
# The language of a citizen is not told again: what is known of it stays.
_RESTATE_CONTACTS = statement(
    """
    INSERT INTO contact AS c
        (citizen_id, household_id, language, number_hash, sealed, changed_at, governorate, new_until)
    SELECT * FROM <rows>
    ON CONFLICT (citizen_id) DO UPDATE SET household_id = excluded.household_id, number_hash = excluded.number_hash,
        sealed = excluded.sealed, changed_at = greatest(c.changed_at, excluded.changed_at),
        governorate = excluded.governorate, new_until = excluded.new_until
    """,
    citizen_id="uuid",
    household_id="uuid",
    language="text",
    number_hash="bytea",
    sealed="bytea",
    changed_at="timestamptz",
    governorate="text",
    new_until="timestamptz",
)
_DIED = statement(
    "INSERT INTO deceased AS d (citizen_id, died_on) SELECT citizen_id, min(died_on) FROM <rows> GROUP BY citizen_id"
    " ORDER BY citizen_id ON CONFLICT (citizen_id) DO UPDATE SET died_on = least(d.died_on, excluded.died_on)",
    citizen_id="uuid",
    died_on="date",
)
# Who writes from the number of one who is dead is nobody that is known by it.
_FORGET_NUMBERS = text(
    "UPDATE contact c SET number_hash = NULL FROM deceased d WHERE d.citizen_id = c.citizen_id"
    " AND c.number_hash IS NOT NULL AND c.citizen_id = ANY(CAST(:citizens AS uuid[]))"
)
_FIND_CONTACTS = text(
    "SELECT citizen_id, household_id, number_hash, sealed, coalesce(chosen_language, language) AS language FROM contact"
    " WHERE number_hash = ANY(CAST(:hashes AS bytea[])) ORDER BY citizen_id"
)
_REACHED = text(
    "SELECT citizen_id, coalesce(chosen_language, language) AS language, sealed FROM contact"
    " WHERE citizen_id = ANY(CAST(:citizens AS uuid[]))"
    " ORDER BY citizen_id"
)
_WHOSE = text("SELECT citizen_id, household_id, governorate FROM contact WHERE citizen_id = :citizen_id")
_TOO_NEW = text("SELECT citizen_id FROM contact WHERE citizen_id = ANY(CAST(:citizens AS uuid[])) AND new_until > :now")
_SET_OPT_OUT = text(
    "UPDATE contact SET opted_out_at = CAST(:at AS timestamptz) WHERE number_hash = ANY(CAST(:hashes AS bytea[]))"
)
_SET_LANGUAGE = text("UPDATE contact SET chosen_language = :language WHERE number_hash = ANY(CAST(:hashes AS bytea[]))")
_CHOOSE = text(
    "UPDATE contact SET chosen_language = :language, opted_out_at = CASE WHEN CAST(:at AS timestamptz) IS NOT NULL"
    " THEN coalesce(opted_out_at, CAST(:at AS timestamptz)) END WHERE citizen_id = :citizen_id"
)
_CHOICES = text(
    "SELECT coalesce(chosen_language, language) AS language, opted_out_at IS NOT NULL AS opted_out FROM contact"
    " WHERE citizen_id = :citizen_id"
)
_WANT_DIGESTS = text(
    "SELECT citizen_id FROM contact WHERE citizen_id = ANY(CAST(:citizens AS uuid[])) AND debits_digest"
)
_SET_DIGEST = text("UPDATE contact SET debits_digest = :on WHERE number_hash = ANY(CAST(:hashes AS bytea[]))")
_PUT_HOLDERS = statement(
    """
    INSERT INTO card_holder (card_id, citizen_id, household_id) SELECT * FROM <rows> ON CONFLICT (card_id) DO NOTHING
    """,
    card_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
)
_FIND_HOLDERS = text("SELECT card_id, citizen_id FROM card_holder WHERE card_id = ANY(CAST(:cards AS uuid[]))")


class Reached(NamedTuple):
    """Somebody who is reached, and where the household lives; None where that was not told."""

    citizen_id: UUID
    household_id: UUID
    governorate: str | None


@dataclass
class ContactColumns:
    """Contacts as parallel arrays; one row a citizen."""

    citizen_id: list[UUID] = field(default_factory=list)
    household_id: list[UUID] = field(default_factory=list)
    language: list[str] = field(default_factory=list)
    number_hash: list[bytes | None] = field(default_factory=list)
    sealed: list[bytes] = field(default_factory=list)
    changed_at: list[datetime] = field(default_factory=list)
    governorate: list[str | None] = field(default_factory=list)
    new_until: list[datetime | None] = field(default_factory=list)


async def put_contacts(session: AsyncSession, contacts: ContactColumns) -> None:
    """Write contacts; one that is older than what is there changes nothing."""
    await session.execute(_PUT_CONTACTS, vars(contacts))
    await session.execute(_FORGET_NUMBERS, {"citizens": contacts.citizen_id})


async def restate_contacts(session: AsyncSession, contacts: ContactColumns) -> None:
    """Write contacts that were told again, none of them older than what is there."""
    await session.execute(_RESTATE_CONTACTS, vars(contacts))
    await session.execute(_FORGET_NUMBERS, {"citizens": contacts.citizen_id})


async def died(session: AsyncSession, citizens: Sequence[UUID], days: Sequence[date]) -> None:
    """Note who is dead since when; whatever is told of them later, nobody is reached by their numbers."""
    await session.execute(_DIED, {"citizen_id": list(citizens), "died_on": list(days)})
    await session.execute(_FORGET_NUMBERS, {"citizens": list(citizens)})


async def contacts_of_numbers(session: AsyncSession, hashes: Sequence[bytes]) -> Sequence[Row[Any]]:
    """(citizen_id, household_id, number_hash, sealed, language) of all a number reaches, the longest known first."""
    return (await session.execute(_FIND_CONTACTS, {"hashes": list(hashes)})).all()


async def reached(session: AsyncSession, citizens: Sequence[UUID]) -> Sequence[Row[Any]]:
    """(citizen_id, language, sealed) of those citizens whose contact is known."""
    return (await session.execute(_REACHED, {"citizens": list(citizens)})).all()


async def whose(session: AsyncSession, citizen_id: UUID) -> Reached | None:
    """A citizen whose contact is known."""
    row = (await session.execute(_WHOSE, {"citizen_id": citizen_id})).one_or_none()
    return Reached(*row) if row else None


async def too_new(session: AsyncSession, citizens: Sequence[UUID], now: datetime) -> set[UUID]:
    """Those of the citizens whose number is too new to prove that it is they who ask."""
    return set((await session.execute(_TOO_NEW, {"citizens": list(citizens), "now": now})).scalars())


async def set_opt_out(session: AsyncSession, hashes: Sequence[bytes], at: datetime | None) -> None:
    """Note that whoever is reached by the numbers wants necessary messages only, or with None all again."""
    await session.execute(_SET_OPT_OUT, {"hashes": list(hashes), "at": at})


async def set_language(session: AsyncSession, hashes: Sequence[bytes], language: str) -> None:
    """Note the language that whoever is reached by the numbers has chosen."""
    await session.execute(_SET_LANGUAGE, {"hashes": list(hashes), "language": language})


async def choose(session: AsyncSession, citizen_id: UUID, language: str, opted_out_at: datetime | None) -> None:
    """Note a citizen's language, and since when only necessary messages are wanted; None for all."""
    await session.execute(_CHOOSE, {"citizen_id": citizen_id, "language": language, "at": opted_out_at})


async def choices(session: AsyncSession, citizen_id: UUID) -> Row[Any] | None:
    """(language, opted_out) of a citizen whose contact is known."""
    return (await session.execute(_CHOICES, {"citizen_id": citizen_id})).one_or_none()


async def want_digests(session: AsyncSession, citizens: Sequence[UUID]) -> set[UUID]:
    """Those of the citizens who asked to have many debits of a day told together."""
    return set((await session.execute(_WANT_DIGESTS, {"citizens": list(citizens)})).scalars())


async def set_digest(session: AsyncSession, hashes: Sequence[bytes], *, on: bool) -> None:
    """Note how whoever is reached by the numbers wants to hear of debits."""
    await session.execute(_SET_DIGEST, {"hashes": list(hashes), "on": on})


async def put_holders(session: AsyncSession, holders: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Remember whose cards these are: (card, citizen, household), each card once."""
    cards, citizens, households = zip(*holders, strict=True)
    columns = {"card_id": list(cards), "citizen_id": list(citizens), "household_id": list(households)}
    await session.execute(_PUT_HOLDERS, columns)


async def holders(session: AsyncSession, cards: Sequence[UUID]) -> dict[UUID, UUID]:
    """The citizen of each card that is known."""
    rows = await session.execute(_FIND_HOLDERS, {"cards": list(cards)})
    return {row.card_id: row.citizen_id for row in rows}
