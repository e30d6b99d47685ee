"""A draft of a campaign is edited by whoever has read it as it is."""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE campaign ADD COLUMN revision bigint NOT NULL DEFAULT 1")
