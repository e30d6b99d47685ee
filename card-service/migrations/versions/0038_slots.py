"""A site's own hours, counters, place, closures and end; its slots are made ahead of whoever takes them."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = [
    # Without `hours` the columns of before say them: the same every working day, without a break.
    """
    ALTER TABLE pickup_site
        ADD COLUMN hours jsonb CHECK (jsonb_typeof(hours) = 'array'),
        ADD COLUMN counters integer CHECK (counters >= 1),
        ADD COLUMN minutes_per_visitor integer CHECK (minutes_per_visitor >= 1),
        ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
        ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
        ADD COLUMN ends_on date,
        ADD COLUMN end_reason text,
        ADD COLUMN ended_by text,
        -- up to which day its slots are made, and by which calendar; NULL where they have to be made anew
        ADD COLUMN slots_until date,
        ADD COLUMN slots_by text,
        ADD CONSTRAINT counters_have_a_pace CHECK ((counters IS NULL) = (minutes_per_visitor IS NULL)),
        ADD CONSTRAINT places_have_two_coordinates CHECK ((latitude IS NULL) = (longitude IS NULL)),
        ADD CONSTRAINT an_end_says_why_and_who
            CHECK ((ends_on IS NULL) = (end_reason IS NULL) AND (ends_on IS NULL) = (ended_by IS NULL))
    """,
    """
    CREATE TABLE site_closure (
        closure_id uuid PRIMARY KEY,
        site_id uuid NOT NULL REFERENCES pickup_site,
        kind text NOT NULL CHECK (kind IN ('planned', 'emergency')),
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > begins_at),
        reason text NOT NULL CHECK (reason <> ''),
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
    )
    """,
    "CREATE INDEX site_closure_site ON site_closure (site_id, closure_id)",
    # `offered` is what the site's hours give; `capacity`, which nobody gets beyond, is more only where more are expected
    # already. NULL: written by the version before.
    "ALTER TABLE pickup_slot ADD COLUMN offered integer CHECK (offered >= 0)",
    "CREATE INDEX pickup_slot_displaced ON pickup_slot (starts_at) WHERE taken > offered",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
