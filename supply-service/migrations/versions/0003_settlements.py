"""What closed days come to."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = [
    # One for each closed day. It waits where no approved policy gives a rate, and is calculated as soon as one does.
    """
    CREATE TABLE settlement (
        settlement_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        state text NOT NULL CHECK (state IN ('calculated', 'waiting')),
        amount bigint,                          -- piastres; below zero the outlet owes it
        reason text,                            -- what it waits for
        calculated_at timestamptz,
        UNIQUE (outlet_id, business_day),
        FOREIGN KEY (outlet_id, business_day) REFERENCES outlet_day,
        CHECK ((state = 'calculated') = (amount IS NOT NULL AND calculated_at IS NOT NULL)),
        CHECK ((state = 'waiting') = (reason IS NOT NULL))
    )
    """,
    "CREATE INDEX settlement_day ON settlement (business_day, outlet_id)",
    "CREATE INDEX settlement_waiting ON settlement (settlement_id) WHERE state = 'waiting'",
    """
    CREATE TABLE settlement_component (
        settlement_id uuid NOT NULL REFERENCES settlement,
        number smallint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('bread', 'goods')),
        sold_on date NOT NULL,
        quantity bigint NOT NULL,               -- loaves, or piastres taken from pots
        rate numeric NOT NULL,                  -- piastres for one
        amount bigint NOT NULL,                 -- rounded once, here
        legal_reference text NOT NULL,
        PRIMARY KEY (settlement_id, number)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
