"""A citizen's own sales are found by the card; sales stand on their own rows and have no entries."""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only a statement the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("CREATE INDEX redemption_card ON redemption (card_id, redemption_id)")
