"""The SQL of the counter: one statement finds the cards many look for; one reads what many hand-overs must know, one
writes all that they change, each part of it by the package whose table it is.

They run for every card that is given out: written for the driver itself.
"""

# ruff: noqa: S608 - nothing but the owners' parts is put into a statement
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as cards
from card_service.cards.lifecycle import CardState
from card_service.distribution import repository as appointments
from card_service.handover.models import Found, Handed, Known, Search, Site, Waiting
from card_service.registry import sealed_names
from card_service.registry.former_ids import FORMER
from chassis import idempotency, outbox
from chassis.db import raw
from chassis.records.rows import appended, columns

STATUS = 200
MEDIA_TYPE = "application/json"

_FOUND = f"""
    WITH asked AS (
        SELECT * FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS q (hash, only_governorate, n)
    ), found AS (
        SELECT q.n, c.card_id, c.citizen_id, {sealed_names.column("z")} AS name_kept,
            c.governorate, h.district, c.state, c.replaces, s.site_id, s.name_ar,
            s.name_en, s.address_ar, a.starts_at, a.ends_at, a.state AS appointment_state, c.bound_for, c.expected_on
        FROM asked q JOIN LATERAL (
            SELECT b.citizen_id FROM citizen b WHERE b.national_id_hash = q.hash
            UNION SELECT f.citizen_id FROM {FORMER} WHERE f.national_id_hash = q.hash
        ) b ON true
        JOIN citizen z ON z.citizen_id = b.citizen_id JOIN card c ON c.citizen_id = z.citizen_id
        JOIN household h ON h.household_id = c.household_id LEFT JOIN pickup_site s ON s.site_id = c.site_id
        LEFT JOIN LATERAL (
            SELECT starts_at, ends_at, state FROM appointment WHERE card_id = c.card_id ORDER BY number DESC LIMIT 1
        ) a ON true
        WHERE c.state NOT IN ('closed', 'replaced')
            AND (q.only_governorate IS NULL OR c.governorate = q.only_governorate)
    )
    SELECT * FROM found ORDER BY n, card_id DESC
"""
_KNOWN = f"""
    SELECT z.citizen_id, h.governorate, h.district, z.life, z.role, z.birth_date,
        ARRAY(SELECT DISTINCT c.state FROM card c WHERE c.citizen_id = z.citizen_id) AS states
    FROM citizen z LEFT JOIN household h USING (household_id)
    WHERE z.citizen_id IN (
        SELECT b.citizen_id FROM citizen b WHERE b.national_id_hash = $1
        UNION SELECT f.citizen_id FROM {FORMER} WHERE f.national_id_hash = $1
    ) ORDER BY z.citizen_id
"""
_ANY_OF = """
    SELECT EXISTS (
        SELECT FROM citizen z JOIN household h USING (household_id)
        WHERE z.national_id_hash = ANY($1::bytea[]) AND ($2::text IS NULL OR h.governorate = $2)
    )
"""
# Who shows the paper of before gets the card, too.
_WAITING = f"""
    SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, c.state, c.replaces, c.phase_id,
        z.national_id_hash, ARRAY(SELECT f.national_id_hash FROM {FORMER} WHERE f.citizen_id = z.citizen_id) AS former,
        h.district, h.members, s.site_id, s.name_ar, s.name_en, s.address_ar, a.appointment_id,
        a.site_id AS appointment_site, c.bound_for, c.expected_on, v.call_id, v.day
    FROM card c JOIN citizen z ON z.citizen_id = c.citizen_id
    JOIN household h ON h.household_id = c.household_id
    LEFT JOIN pickup_site s ON s.site_id = c.site_id
    LEFT JOIN appointment a ON a.card_id = c.card_id AND a.state = 'scheduled'
    LEFT JOIN house_call v ON v.card_id = c.card_id AND v.state = 'planned'
    WHERE c.card_id = ANY($1::uuid[]) ORDER BY c.card_id FOR UPDATE OF c
"""
_HAND_OVER = f"""
    WITH handed AS (
        {cards.handed_over("unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $19::text[])")}
    ), kept AS (
        {appointments.kept("$5::uuid[]")}
    ), answered AS (
        {idempotency.INSERT}
        SELECT a.caller, a.key, a.request_hash, $10::smallint, $11::text, a.body
        FROM unnest($6::text[], $7::text[], $8::bytea[], $9::bytea[]) AS a (caller, key, request_hash, body)
    ), told AS (
        {outbox.INSERT}
        SELECT e.event_id, e.type, e.topic, e.key, e.time, e.traceparent, e.payload
        FROM unnest($12::uuid[], $13::text[], $14::text[], $15::text[], $16::timestamptz[], $17::text[], $18::bytea[])
            WITH ORDINALITY AS e (event_id, type, topic, key, time, traceparent, payload, n)
        ORDER BY n
    ), {appended(20)}
    SELECT
"""


async def find_by_national_ids(pool: asyncpg.Pool, searches: Sequence[Search]) -> list[list[Found]]:
    """For each search the open cards of the citizen, the newest first, with sites and last appointments."""
    asked = [(search.national_id_hash, search.governorate) for search in searches]
    found: list[list[Found]] = [[] for _ in searches]
    for row in await pool.fetch(_FOUND, *zip(*asked, strict=True)):
        found[row["n"] - 1].append(_found(row))
    return found


async def known(pool: asyncpg.Pool, national_id_hash: bytes) -> list[Known]:
    """Who has, or had, this national id, with or without a card."""
    return [
        Known(**{**row, "states": frozenset(CardState(state) for state in row["states"])})
        for row in await pool.fetch(_KNOWN, national_id_hash)
    ]


async def any_of(pool: asyncpg.Pool, hashes: Sequence[bytes], governorate: str | None) -> bool:
    """Whether anybody of the governorate, or of the country, has one of these national ids."""
    return bool(await pool.fetchval(_ANY_OF, list(hashes), governorate))


def _site(row: asyncpg.Record) -> Site | None:
    return Site(row["site_id"], row["name_ar"], row["name_en"], row["address_ar"]) if row["site_id"] else None


def _found(row: asyncpg.Record) -> Found:
    return Found(
        card_id=row["card_id"],
        citizen_id=row["citizen_id"],
        name_kept=row["name_kept"],
        governorate=row["governorate"],
        district=row["district"],
        state=CardState(row["state"]),
        replaces=row["replaces"],
        site=_site(row),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        appointment_state=row["appointment_state"],
        bound_for=row["bound_for"],
        expected_on=row["expected_on"],
    )


async def waiting(session: AsyncSession, card_ids: Iterable[UUID]) -> dict[UUID, Waiting]:
    """The cards of these ids, their rows locked in the order of the ids."""
    rows = await (await raw(session)).fetch(_WAITING, sorted(set(card_ids)))
    return {row["card_id"]: _waiting(row) for row in rows}


def _waiting(row: Any) -> Waiting:
    return Waiting(
        card_id=row["card_id"],
        citizen_id=row["citizen_id"],
        household_id=row["household_id"],
        governorate=row["governorate"],
        state=CardState(row["state"]),
        replaces=row["replaces"],
        phase_id=row["phase_id"],
        national_ids=(row["national_id_hash"], *row["former"]),
        district=row["district"],
        members=row["members"],
        site=_site(row),
        appointment_id=row["appointment_id"],
        appointment_site=row["appointment_site"],
        bound_for=row["bound_for"],
        expected_on=row["expected_on"],
        house_call_id=row["call_id"],
        house_call_day=row["day"],
    )


async def hand_over(session: AsyncSession, done: Sequence[Handed]) -> None:
    """Write that holders have their cards and kept their appointments, who did it, the replies, and the events."""
    handed = [(one.card.card_id, str(one.card.state), ",".join(one.services), one.wish.now) for one in done]
    kept = [one.card.appointment_id for one in done if one.card.keeps]
    records = [
        replace(one.wish.record, citizen_id=one.card.citizen_id, household_id=one.card.household_id) for one in done
    ]
    claims = [(one.wish.claim.caller, one.wish.claim.key, one.wish.claim.request_hash, one.body) for one in done]
    by = [one.wish.caller.subject for one in done]
    told = outbox.columns(event for one in done for event in one.events)
    whens = [(one.wish.now, one.wish.traceparent) for one in done for _ in one.events]
    times, traceparents = zip(*whens, strict=True)
    await (await raw(session)).execute(
        _HAND_OVER,
        *zip(*handed, strict=True),
        kept,
        *zip(*claims, strict=True),
        *(STATUS, MEDIA_TYPE),
        *(told.event_id, told.type, told.topic, told.key, times, traceparents, told.payload),
        by,
        *columns(records),
    )
