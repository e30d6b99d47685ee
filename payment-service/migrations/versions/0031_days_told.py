"""Which days were told to whoever judges the roll-out."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("CREATE TABLE day_summary (entered_on date PRIMARY KEY, told_at timestamptz NOT NULL)")
