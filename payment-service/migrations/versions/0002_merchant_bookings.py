"""Which transfers sales, reversals and settlements have brought about."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE merchant_booking (
        source_id uuid NOT NULL,                -- the redemption, reversal or settlement
        payment_id uuid NOT NULL,               -- the hold it names; of a settlement its own id
        kind text NOT NULL CHECK (kind IN ('sale', 'reversal', 'settlement')),
        merchant_id uuid NOT NULL,
        business_day date NOT NULL,             -- of the sale, reversal or closed day
        amount bigint NOT NULL,                 -- asked for, to the merchant; below zero from it
        transfer_id uuid REFERENCES transfer,   -- none where it came to nothing
        problem text,                           -- why it could not be booked
        PRIMARY KEY (source_id, payment_id),
        CHECK (transfer_id IS NULL OR problem IS NULL)
    )
    """,
    "CREATE INDEX merchant_booking_day ON merchant_booking (business_day, merchant_id)",
    "CREATE INDEX merchant_booking_payment ON merchant_booking (payment_id) WHERE kind = 'sale'",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
