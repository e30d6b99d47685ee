"""Which days were told to whoever judges the roll-out."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATEMENTS = [
    "CREATE TABLE day_summary (entered_on date PRIMARY KEY, told_at timestamptz NOT NULL)",
    # Visits are entered in the order of time: a day's lie together.
    "CREATE INDEX encounter_recorded ON encounter USING brin (recorded_at)"
    " WITH (pages_per_range = 32, autosummarize = on)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
