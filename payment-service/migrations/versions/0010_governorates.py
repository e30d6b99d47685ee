"""Where wallets, merchants and payout batches belong. What was there before belongs to the nation until it is told."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE wallet ADD COLUMN governorate text",
    "ALTER TABLE payout_batch ADD COLUMN governorate text, ADD COLUMN authority text",
    "CREATE TABLE merchant (merchant_id uuid PRIMARY KEY, governorate text NOT NULL)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
