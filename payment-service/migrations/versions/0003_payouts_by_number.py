"""Payouts are booked by their numbers: without an index on their state, marking one rewrites no index."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX payout_waiting")
