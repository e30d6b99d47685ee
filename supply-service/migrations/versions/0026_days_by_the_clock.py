"""Days that the clock closes, what was allowed of disputes, and what is paid beside bakeries' own amounts."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE day_closing (
        business_day date PRIMARY KEY,
        after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',  -- outlets up to here are looked at
        closed bigint NOT NULL DEFAULT 0 CHECK (closed >= 0),
        started_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
    # Whether the close has seen to it that no earlier day is left open. Those of the versions before did not.
    "ALTER TABLE outlet_day ADD COLUMN complete boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE outlet_claim (
        claim_id uuid PRIMARY KEY,              -- the dispute's id: it is allowed once
        outlet_id uuid NOT NULL,
        sold_on date NOT NULL,
        loaves integer NOT NULL CHECK (loaves >= 0),
        goods_amount bigint NOT NULL CHECK (goods_amount >= 0),
        allowed_at timestamptz NOT NULL,
        counted_on date,                        -- the business day with which it was settled
        FOREIGN KEY (outlet_id, counted_on) REFERENCES outlet_day
    )
    """,
    "CREATE INDEX outlet_claim_day ON outlet_claim (outlet_id, counted_on)",
    # Of a dispute: no sale of the day, by which a day's sales and what is settled of them are held together.
    "ALTER TABLE settlement_component ADD COLUMN claimed boolean NOT NULL DEFAULT false",
    # A payment of its own beside the settlement, to another payee than the outlet.
    """
    CREATE TABLE settlement_levy (
        levy_id uuid PRIMARY KEY,
        settlement_id uuid NOT NULL REFERENCES settlement,
        payee text NOT NULL CHECK (payee IN ('social_insurance')),
        sold_on date NOT NULL,
        quantity bigint NOT NULL,               -- loaves
        rate numeric NOT NULL,                  -- piastres for one
        amount bigint NOT NULL,                 -- rounded once, here
        legal_reference text NOT NULL
    )
    """,
    "CREATE INDEX settlement_levy_of ON settlement_levy (settlement_id)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
