"""The SQL of hand-overs: one statement reads what many must know, one writes all that they change.

They run for every card that is given out: written for the driver itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import CardState
from card_service.cards.models import Site
from card_service.database import raw
from card_service.handover.models import Handed, Waiting
from chassis import outbox
from chassis.ids import new_id

STATUS = 200
MEDIA_TYPE = "application/json"

_WAITING = """
    SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, c.state, c.replaces, c.phase_id,
        z.national_id_hash, h.district, h.members, s.site_id, s.name_ar, s.name_en, s.address_ar, a.appointment_id
    FROM card c JOIN citizen z ON z.citizen_id = c.citizen_id
    JOIN household h ON h.household_id = c.household_id
    LEFT JOIN pickup_site s ON s.site_id = c.site_id
    LEFT JOIN appointment a ON a.card_id = c.card_id AND a.state = 'scheduled'
    WHERE c.card_id = ANY($1::uuid[]) ORDER BY c.card_id FOR UPDATE OF c
"""
_HAND_OVER = """
    WITH handed AS (
        UPDATE card c SET state = g.state, services = string_to_array(g.services, ','), issued_at = g.at,
            activated_at = CASE WHEN g.state = 'active' THEN g.at END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS g (card_id, state, services, at)
        WHERE c.card_id = g.card_id
    ), kept AS (
        UPDATE appointment SET state = 'kept' WHERE appointment_id = ANY($5::uuid[])
    ), noted AS (
        INSERT INTO access_pending (access_id, citizen_id, subject, action, purpose, request_id, accessed_at)
        SELECT * FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[],
            $12::timestamptz[])
    ), answered AS (
        INSERT INTO idempotency (caller, key, request_hash, body, status, media_type)
        SELECT *, $17::smallint, $18::text FROM unnest($13::text[], $14::text[], $15::bytea[], $16::bytea[])
    )
    INSERT INTO outbox (event_id, type, topic, key, time, traceparent, payload)
    SELECT e.event_id, e.type, e.topic, e.key, e.time, e.traceparent, e.payload
    FROM unnest($19::uuid[], $20::text[], $21::text[], $22::text[], $23::timestamptz[], $24::text[], $25::bytea[])
        WITH ORDINALITY AS e (event_id, type, topic, key, time, traceparent, payload, n)
    ORDER BY n
"""


async def waiting(session: AsyncSession, card_ids: Iterable[UUID]) -> dict[UUID, Waiting]:
    """The cards of these ids, their rows locked in the order of the ids."""
    rows = await (await raw(session)).fetch(_WAITING, sorted(set(card_ids)))
    return {row["card_id"]: _waiting(row) for row in rows}


def _waiting(row: Any) -> Waiting:
    site = Site(row["site_id"], row["name_ar"], row["name_en"], row["address_ar"]) if row["site_id"] else None
    return Waiting(
        card_id=row["card_id"],
        citizen_id=row["citizen_id"],
        household_id=row["household_id"],
        governorate=row["governorate"],
        state=CardState(row["state"]),
        replaces=row["replaces"],
        phase_id=row["phase_id"],
        national_id_hash=row["national_id_hash"],
        district=row["district"],
        members=row["members"],
        site=site,
        appointment_id=row["appointment_id"],
    )


async def hand_over(session: AsyncSession, done: Sequence[Handed]) -> None:
    """Write that holders have their cards and kept their appointments, who did it, the replies, and the events."""
    cards = [
        (one.card.card_id, str(one.card.state), ",".join(one.services), one.wish.visit.accessed_at) for one in done
    ]
    kept = [one.card.appointment_id for one in done if one.card.appointment_id is not None]
    visits = [(new_id(), one.card.citizen_id, *one.wish.visit) for one in done]
    claims = [(one.wish.claim.caller, one.wish.claim.key, one.wish.claim.request_hash, one.body) for one in done]
    told = outbox.columns(event for one in done for event in one.events)
    whens = [(one.wish.visit.accessed_at, one.wish.traceparent) for one in done for _ in one.events]
    times, traceparents = zip(*whens, strict=True)
    await (await raw(session)).execute(
        _HAND_OVER,
        *zip(*cards, strict=True),
        kept,
        *zip(*visits, strict=True),
        *zip(*claims, strict=True),
        *(STATUS, MEDIA_TYPE),
        *(told.event_id, told.type, told.topic, told.key, times, traceparents, told.payload),
    )
