"""What was allowed of a dispute may be goods that a grant paid, which outlets are paid for at the grant's own rate."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

STATEMENTS = [
    # Claims of before keep what they were paid as; what the version before this one allows has none.
    "ALTER TABLE outlet_claim ADD COLUMN grants_amount bigint NOT NULL DEFAULT 0 CHECK (grants_amount >= 0)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
