"""Wrong PINs by whoever tried them."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("CREATE TABLE pin_failure (caller text NOT NULL, failed_at timestamptz NOT NULL)")
    op.execute("CREATE INDEX pin_failure_of ON pin_failure (caller, failed_at)")
