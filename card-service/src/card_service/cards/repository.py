"""Every SQL statement of cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import CardState
from card_service.cards.models import Card, Found, NewCard, Search, Site
from card_service.cards.pins import StoredPin
from card_service.database import raw
from chassis.ids import new_id

_CARD = (
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, c.number_sealed, c.state, c.state_before_block,"
    " c.site_id, c.phase_id, c.services, c.replaces, c.issued_at, c.activated_at, c.blocked_at, c.block_reason,"
    " c.pin_salt, c.pin_digest, c.pin_failures, CAST(extract(year FROM z.birth_date) AS integer) AS birth_year"
    " FROM card c JOIN citizen z USING (citizen_id)"
)
_FIND = text(f"{_CARD} WHERE c.card_id = :card_id")
_LOCK = text(f"{_CARD} WHERE c.card_id = :card_id FOR UPDATE OF c")
_REPLACEMENT = text("SELECT card_id FROM card WHERE replaces = :card_id")
_WAITING_REPLACEMENT = text(
    "SELECT EXISTS (SELECT FROM card WHERE citizen_id = :citizen_id AND state IN ('requested', 'ready'))"
)
# Runs tens of thousands of times a day, for all who search at the moment: written for the driver itself.
_FOUND = """
    WITH asked AS (
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::timestamptz[]) WITH ORDINALITY
            AS q (hash, only_governorate, access_id, subject, action, purpose, request_id, accessed_at, n)
    ), found AS (
        SELECT q.n, c.card_id, c.citizen_id, z.full_name, c.governorate, c.state, c.replaces, s.site_id, s.name_ar,
            s.name_en, s.address_ar, a.starts_at, a.ends_at, a.state AS appointment_state
        FROM asked q JOIN citizen z ON z.national_id_hash = q.hash JOIN card c ON c.citizen_id = z.citizen_id
        LEFT JOIN pickup_site s ON s.site_id = c.site_id
        LEFT JOIN LATERAL (
            SELECT starts_at, ends_at, state FROM appointment WHERE card_id = c.card_id ORDER BY number DESC LIMIT 1
        ) a ON true
        WHERE c.state <> 'closed' AND (q.only_governorate IS NULL OR c.governorate = q.only_governorate)
    ), noted AS (
        INSERT INTO access_pending (access_id, citizen_id, subject, action, purpose, request_id, accessed_at)
        SELECT DISTINCT ON (q.n) q.access_id, f.citizen_id, q.subject, q.action, q.purpose, q.request_id,
            q.accessed_at
        FROM asked q JOIN found f USING (n)
    )
    SELECT * FROM found ORDER BY n, card_id DESC
"""
_SITE = text("SELECT site_id, name_ar, name_en, address_ar, governorate FROM pickup_site WHERE site_id = :site_id")
_TAKEN = text("SELECT number_hash FROM card WHERE number_hash = ANY(CAST(:hashes AS bytea[]))")
_BLOCK = text(
    "UPDATE card SET state = 'blocked', state_before_block = state, block_reason = :reason, blocked_at = :now"
    " WHERE card_id = :card_id"
)
_UNBLOCK = text(
    "UPDATE card SET state = state_before_block, state_before_block = NULL, block_reason = NULL, blocked_at = NULL"
    " WHERE card_id = :card_id"
)
_CLOSE = text(
    "UPDATE card SET state = 'closed', state_before_block = NULL, block_reason = NULL, blocked_at = NULL,"
    " closed_at = :now, close_reason = :reason WHERE card_id = :card_id"
)
_CLOSE_ALL = text(
    "UPDATE card SET state = 'closed', state_before_block = NULL, block_reason = NULL, blocked_at = NULL,"
    " closed_at = :now, close_reason = :reason WHERE citizen_id = :citizen_id AND state <> 'closed'"
    " RETURNING card_id, household_id"
)
_CANCEL = text(
    "WITH cancelled AS (UPDATE appointment SET state = 'cancelled'"
    " WHERE card_id = ANY(CAST(:cards AS uuid[])) AND state = 'scheduled' RETURNING site_id, starts_at)"
    " UPDATE pickup_slot s SET taken = s.taken - freed.places"
    " FROM (SELECT site_id, starts_at, count(*) AS places FROM cancelled GROUP BY 1, 2) AS freed"
    " WHERE s.site_id = freed.site_id AND s.starts_at = freed.starts_at"
)
_SET_PIN = text(
    "UPDATE card SET pin_salt = :salt, pin_digest = :digest, pin_failures = :failures WHERE card_id = :card_id"
)
_SET_SERVICES = text("UPDATE card SET services = CAST(:services AS text[]) WHERE card_id = :card_id")
_COUNT_FAILURES = text("UPDATE card SET pin_failures = :failures WHERE card_id = :card_id")

_COLUMNS = (
    "card_id", "citizen_id", "household_id", "governorate", "number_hash", "number_sealed", "state", "site_id",
    "phase_id", "replaces", "created_at",
)  # fmt: skip


def _card(row: Row[Any]) -> Card:
    fields = dict(row._mapping)
    salt, digest, failures = fields.pop("pin_salt"), fields.pop("pin_digest"), fields.pop("pin_failures")
    before = CardState(row.state_before_block) if row.state_before_block else None
    fields |= {"state": CardState(row.state), "state_before_block": before, "services": tuple(row.services)}
    return Card(**fields, pin=StoredPin(salt, digest, failures) if salt else None)


def _site(row: asyncpg.Record) -> Site | None:
    return Site(row["site_id"], row["name_ar"], row["name_en"], row["address_ar"]) if row["site_id"] else None


async def find(session: AsyncSession, card_id: UUID, *, lock: bool = False) -> Card | None:
    """A card by id, the row locked against other changes if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"card_id": card_id})).one_or_none()
    return _card(row) if row else None


async def replacement_of(session: AsyncSession, card_id: UUID) -> UUID | None:
    """The card that replaces or is to replace this one."""
    found: UUID | None = (await session.execute(_REPLACEMENT, {"card_id": card_id})).scalar()
    return found


async def set_services(session: AsyncSession, card_id: UUID, services: Sequence[str]) -> None:
    """Write which services may be used with a card."""
    await session.execute(_SET_SERVICES, {"card_id": card_id, "services": sorted(services)})


async def has_waiting(session: AsyncSession, citizen_id: UUID) -> bool:
    """Whether a card of the citizen waits to be collected."""
    return bool((await session.execute(_WAITING_REPLACEMENT, {"citizen_id": citizen_id})).scalar())


async def find_by_national_ids(pool: asyncpg.Pool, searches: Sequence[Search]) -> list[list[Found]]:
    """For each search the open cards of the citizen, the newest first, with sites and last appointments.

    The accesses are noted, one for each citizen found.
    """
    asked = [(search.national_id_hash, search.governorate, new_id(), *search.visit) for search in searches]
    found: list[list[Found]] = [[] for _ in searches]
    for row in await pool.fetch(_FOUND, *zip(*asked, strict=True)):
        found[row["n"] - 1].append(_found(row))
    return found


def _found(row: asyncpg.Record) -> Found:
    return Found(
        card_id=row["card_id"],
        citizen_id=row["citizen_id"],
        full_name=row["full_name"],
        governorate=row["governorate"],
        state=CardState(row["state"]),
        replaces=row["replaces"],
        site=_site(row),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        appointment_state=row["appointment_state"],
    )


async def site(session: AsyncSession, site_id: UUID) -> tuple[Site, str] | None:
    """A pick-up site and its governorate."""
    row = (await session.execute(_SITE, {"site_id": site_id})).one_or_none()
    return (Site(row.site_id, row.name_ar, row.name_en, row.address_ar), row.governorate) if row else None


async def taken(session: AsyncSession, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of many card numbers that exist already."""
    return {bytes(found) for found in (await session.execute(_TAKEN, {"hashes": list(hashes)})).scalars()}


async def insert(session: AsyncSession, cards: Sequence[NewCard], now: datetime) -> None:
    """Write many cards by COPY, each ready at its site."""
    connection = await raw(session)
    records = [
        (
            c.card_id, c.citizen_id, c.household_id, c.governorate, c.number_hash, c.number_sealed, "ready",
            c.site_id, c.phase_id, c.replaces, now,
        )
        for c in cards
    ]  # fmt: skip
    await connection.copy_records_to_table("card", columns=_COLUMNS, records=records)


async def block(session: AsyncSession, card_id: UUID, reason: str, now: datetime) -> None:
    """Block a card; what it was before is kept."""
    await session.execute(_BLOCK, {"card_id": card_id, "reason": reason, "now": now})


async def unblock(session: AsyncSession, card_id: UUID) -> None:
    """Let a card be what it was before it was blocked."""
    await session.execute(_UNBLOCK, {"card_id": card_id})


async def close(session: AsyncSession, card_id: UUID, reason: str, now: datetime) -> None:
    """End a card."""
    await session.execute(_CLOSE, {"card_id": card_id, "reason": reason, "now": now})


async def close_all(session: AsyncSession, citizen_id: UUID, reason: str, now: datetime) -> list[tuple[UUID, UUID]]:
    """End all cards of a citizen and free their appointments; card and household of each."""
    rows = await session.execute(_CLOSE_ALL, {"citizen_id": citizen_id, "reason": reason, "now": now})
    closed = [(row.card_id, row.household_id) for row in rows]
    if closed:
        await session.execute(_CANCEL, {"cards": [card_id for card_id, _ in closed]})
    return closed


async def set_pin(session: AsyncSession, card_id: UUID, pin: StoredPin) -> None:
    """Keep a PIN in the place of any other."""
    values = {"card_id": card_id, "salt": pin.salt, "digest": pin.digest, "failures": pin.failures}
    await session.execute(_SET_PIN, values)


async def count_failures(session: AsyncSession, card_id: UUID, failures: int) -> None:
    """Keep how many wrong tries there were since the last right one."""
    await session.execute(_COUNT_FAILURES, {"card_id": card_id, "failures": failures})
