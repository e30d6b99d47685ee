"""The one SQL statement of an eligibility check: everything that is known of a card, in one round trip.

A clinic's desk asks this for every patient, so it goes past the session, over the pool of raw connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from chassis.area import Area
from chassis.sealing import Vault
from health_service.coverage.repository import Family, family_of
from health_service.rules.visits import Card

# Inside JSON ids and days are text, and what is sealed is hexadecimal: `family_of` reads both.
_ASK = """
    SELECT c.card_id, c.household_id, c.citizen_id, c.state AS card_state, c.blocked, c.health,
        h.governorate, h.district, h.status, h.bases::text AS bases, v.enrolled_on, v.state, v.since, v.exempt,
        ARRAY(SELECT m.month FROM contribution_month m WHERE m.household_id = c.household_id) AS paid_months,
        (SELECT json_agg(json_build_object('exemption_id', e.exemption_id, 'citizen_id', e.citizen_id, 'kind', e.kind,
            'sealed', encode(e.sealed, 'hex'), 'first_day', e.first_day, 'last_day', e.last_day)
            ORDER BY e.exemption_id)
            FROM exemption e WHERE e.household_id = c.household_id AND e.superseded_at IS NULL) AS exemptions,
        (SELECT json_agg(json_build_object(
            'citizen_id', m.citizen_id, 'is_head', m.is_head, 'birth_year', p.birth_year,
            'insured', m.uninsured IS NULL OR NOT m.uninsured @> $3::date)
            ORDER BY m.is_head DESC, m.citizen_id)
            FROM member m JOIN citizen p USING (citizen_id) WHERE m.household_id = c.household_id
            AND (m.stays IS NULL OR m.stays @> $3::date) AND (p.died_on IS NULL OR p.died_on > $3::date)) AS members,
        EXISTS (SELECT FROM member m WHERE m.household_id = c.household_id AND m.citizen_id = c.citizen_id)
            AS holder_known,
        (SELECT json_agg(json_build_array(u.service, u.period, u.used))
            FROM cap_use u WHERE u.patient_id = coalesce($2, c.citizen_id) AND u.period NOT LIKE 'case:%') AS caps
    FROM card c LEFT JOIN household h USING (household_id) LEFT JOIN coverage v USING (household_id)
    WHERE c.card_id = $1
"""


@dataclass(frozen=True)
class Known:
    """A card, its family where that is enrolled, the household's members of the day, and what the patient used of caps.

    `holder_known`: whether anything was told of the card's holder as a member.
    """

    card: Card
    area: Area
    family: Family | None
    members: list[Mapping[str, Any]]
    caps_used: dict[tuple[str, str], int]
    holder_known: bool


async def ask(pool: asyncpg.Pool, vault: Vault, card_id: UUID, patient_id: UUID | None, day: date) -> Known | None:
    """All about a card on a day, or None. `patient_id`: whose caps are wanted, if not the holder's."""
    row = await pool.fetchrow(_ASK, card_id, patient_id, day)
    if row is None:
        return None
    card = Card(
        row["card_id"], row["household_id"], row["citizen_id"], row["card_state"], row["blocked"], row["health"]
    )
    family = family_of(row, vault, _list(row["exemptions"])) if row["enrolled_on"] is not None else None
    used = {(service, period): amount for service, period, amount in _list(row["caps"])}
    return Known(
        card, Area(row["governorate"], row["district"]), family, _list(row["members"]), used, row["holder_known"]
    )


def _list(document: str | None) -> list[Any]:
    found: list[Any] = orjson.loads(document) if document else []
    return found
