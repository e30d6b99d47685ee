"""How complaints stand, as notify-service tells it."""

from __future__ import annotations

from alembic import op

revision = "0064"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE complaint_state (
        complaint_id uuid PRIMARY KEY,
        governorate text,
        category text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
        entered_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX complaint_state_open ON complaint_state (governorate, due_at) WHERE state = 'open'",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
