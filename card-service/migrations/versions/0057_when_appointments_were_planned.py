"""When an appointment was planned."""

from __future__ import annotations

from alembic import op

revision = "0057"
down_revision = "0065"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE appointment ADD COLUMN planned_at timestamptz",
    # what the version before this one writes meanwhile is dated too
    "ALTER TABLE appointment ALTER COLUMN planned_at SET DEFAULT now()",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
