"""A card that is to be collected where it does not lie yet says where, and by when it is to be there."""

from __future__ import annotations

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE card ADD COLUMN bound_for uuid REFERENCES pickup_site, ADD COLUMN expected_on date",
    # What has come is bound for nowhere else: nobody looks for it in the store.
    "CREATE INDEX card_to_send_on ON card (site_id, card_id) WHERE bound_for IS NOT NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
