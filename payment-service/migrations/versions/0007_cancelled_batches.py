"""Who withdrew a payout batch before its approval, and why."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE payout_batch ADD COLUMN cancelled_by text, ADD COLUMN cancelled_at timestamptz,"
    " ADD COLUMN cancel_reason text",
    "ALTER TABLE payout_batch ADD CONSTRAINT payout_batch_cancelled CHECK ((state = 'cancelled') ="
    " (cancelled_by IS NOT NULL AND cancelled_at IS NOT NULL AND cancel_reason IS NOT NULL))",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
