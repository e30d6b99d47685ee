"""The largest amount of a submitted batch, which its approver sees without all rows being read."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE payout_batch ADD COLUMN largest bigint")
