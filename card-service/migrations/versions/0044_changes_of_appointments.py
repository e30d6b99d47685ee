"""Changes of appointments, who waits for an hour, walk-ins of a day, and cards that nobody collected."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE appointment_change (
        change_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        kind text NOT NULL CHECK (kind IN ('rebooked', 'moved', 'cancelled', 'walk_in', 'replanned', 'displaced')),
        from_site uuid,
        from_starts_at timestamptz,
        to_site uuid,
        to_starts_at timestamptz,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX appointment_change_card ON appointment_change (card_id, change_id)",
    """
    CREATE TABLE awaiting_appointment (
        card_id uuid PRIMARY KEY REFERENCES card,
        since timestamptz NOT NULL,
        next_try_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX awaiting_appointment_due ON awaiting_appointment (next_try_at)",
    """
    CREATE TABLE walk_in_day (
        site_id uuid NOT NULL REFERENCES pickup_site,
        day date NOT NULL,
        taken integer NOT NULL CHECK (taken >= 0),
        PRIMARY KEY (site_id, day)
    )
    """,
    """
    CREATE TABLE uncollected_card (
        card_id uuid PRIMARY KEY REFERENCES card,
        site_id uuid NOT NULL REFERENCES pickup_site,
        marked_by text NOT NULL,
        marked_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX card_site ON card (site_id, card_id)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
