"""Parts of citizens' long messages, until all of a message are there."""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE inbound_part (
        part_id uuid PRIMARY KEY,
        provider text NOT NULL,
        number_hash bytea NOT NULL,       -- keyed: whose parts belong together
        reference integer NOT NULL,
        total integer NOT NULL CHECK (total > 1),
        place integer NOT NULL CHECK (place BETWEEN 1 AND total),
        came_at timestamptz NOT NULL,     -- of the machine's time
        handled_at timestamptz,           -- a row stays for a while: the part may be brought again
        sealed bytea,
        UNIQUE (provider, number_hash, reference, total, place),
        CHECK ((sealed IS NULL) = (handled_at IS NOT NULL))
    )
    """,
    "CREATE INDEX inbound_part_age ON inbound_part (came_at)",
    "CREATE INDEX inbound_part_number ON inbound_part (number_hash)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
