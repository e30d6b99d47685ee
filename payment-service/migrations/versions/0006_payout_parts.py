"""Approved batches are booked in parts, several at a time; each part counts what is booked of it, in order."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE payout_part (
        batch_id uuid NOT NULL REFERENCES payout_batch,
        first bigint NOT NULL,                  -- the numbers of its payouts, both included
        last bigint NOT NULL,
        booked bigint NOT NULL,                 -- up to this number; before the first at the beginning
        paid_count bigint NOT NULL DEFAULT 0,
        paid_total bigint NOT NULL DEFAULT 0,
        failed_count bigint NOT NULL DEFAULT 0,
        failed_total bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (batch_id, first),
        CHECK (booked BETWEEN first - 1 AND last),
        CHECK (paid_count + failed_count = booked - first + 1)
    )
    """,
    # A batch divided into parts is `booking`: the version of the service before this one leaves it alone.
    "ALTER TABLE payout_batch DROP CONSTRAINT payout_batch_state_check",
    """
    ALTER TABLE payout_batch ADD CONSTRAINT payout_batch_state_check
        CHECK (state IN ('open', 'submitted', 'approved', 'booking', 'completed', 'cancelled'))
    """,
    "ALTER TABLE payout_batch DROP CONSTRAINT payout_batch_second_person",
    """
    ALTER TABLE payout_batch ADD CONSTRAINT payout_batch_second_person
        CHECK (state NOT IN ('approved', 'booking', 'completed') OR approved_by IS NOT NULL)
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
