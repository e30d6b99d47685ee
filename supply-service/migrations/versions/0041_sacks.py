"""Sacks of flour delivered to bakeries, and months in which their loaves do not agree with it."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE flour_delivery (
        delivery_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        delivered_on date NOT NULL,
        sacks integer NOT NULL CHECK (sacks > 0),           -- of 50 kg
        reference text NOT NULL,                            -- the waybill's number
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        withdrawal_reason text,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX flour_delivery_reference ON flour_delivery (outlet_id, reference) WHERE withdrawn_at IS NULL
    """,
    "CREATE INDEX flour_delivery_day ON flour_delivery (outlet_id, delivered_on)",
    "CREATE INDEX outlet_claim_sold_on ON outlet_claim (outlet_id, sold_on)",
    """
    CREATE TABLE flour_finding (
        finding_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        sacks integer NOT NULL,
        expected bigint NOT NULL,
        sold bigint NOT NULL,
        allowed bigint NOT NULL,
        found_at timestamptz NOT NULL,
        followed_by text,
        followed_at timestamptz,
        note text,
        UNIQUE (outlet_id, month),
        CHECK ((followed_by IS NULL) = (followed_at IS NULL))
    )
    """,
    # Months that were looked at whole: once each, when sales made without a network are in.
    "CREATE TABLE flour_month (month date PRIMARY KEY, looked_at timestamptz NOT NULL, bakeries integer NOT NULL)",
    # The unit in which an item is sold, and how much of it a piece has; null where an older version entered the item.
    "ALTER TABLE catalogue_item ADD COLUMN unit text CHECK (unit IN ('gram', 'millilitre', 'piece'))",
    "ALTER TABLE catalogue_item ADD COLUMN content integer CHECK (content > 0)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
