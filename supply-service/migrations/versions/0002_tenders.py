"""Holds on wallets as payments have told of them, and the sales they paid a part of."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE hold (
        payment_id uuid PRIMARY KEY,
        card_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        expires_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'voided', 'captured'))
    )
    """,
    "CREATE INDEX hold_age ON hold (expires_at)",
    # The key is the rule: one hold pays for one sale. It outlives the hold, which is forgotten some time after its end.
    """
    CREATE TABLE tender (
        payment_id uuid PRIMARY KEY,
        redemption_id uuid NOT NULL,
        household_id uuid NOT NULL,
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        amount integer NOT NULL CHECK (amount > 0),
        unpaid text                             -- why the amount could not be taken from the wallet after all
    )
    """,
    "CREATE INDEX tender_redemption ON tender (redemption_id)",
    "CREATE INDEX tender_outlet_day ON tender (outlet_id, business_day)",
    "ALTER TABLE outlet_day_part ADD COLUMN wallet_amount bigint NOT NULL DEFAULT 0",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
