"""DDL of data subjects' rights: whose data are restricted, what was erased of whom."""

from __future__ import annotations

_RESTRICTION = [
    """
    CREATE TABLE restriction (
        restriction_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        ground text NOT NULL CHECK (ground IN ('accuracy', 'unlawful', 'claim', 'objection', 'order')),
        starts_on date NOT NULL,
        ends_on date CHECK (ends_on > starts_on),  -- the first day on which data are used again
        lifted_at timestamptz
    )
    """,
    "CREATE INDEX restriction_of_citizen ON restriction (citizen_id) WHERE lifted_at IS NULL",
]
# What was erased and what was kept, so that a question told again is answered alike, and no late event undoes it.
_ERASED = [
    """
    CREATE TABLE erased_person (
        erasure_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        erased_at timestamptz NOT NULL,  -- business time of the decision
        outcome text NOT NULL            -- JSON: counts by table, with legal bases; no data
    )
    """,
    "CREATE INDEX erased_person_citizen ON erased_person (citizen_id, erased_at)",
]


def privacy_ddl() -> list[str]:
    """Statements for a later revision of each service."""
    return [*_RESTRICTION, *_ERASED]
