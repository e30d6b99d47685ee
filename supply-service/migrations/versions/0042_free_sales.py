"""Bread and goods sold at the free price: to anybody, for cash, nothing of a pot."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE free_sale (
        free_sale_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        terminal_id uuid NOT NULL,
        business_day date NOT NULL,
        sold_at timestamptz NOT NULL,
        lines jsonb NOT NULL,                   -- [{item, quantity, price, amount}], piastres
        loaves integer NOT NULL CHECK (loaves >= 0),
        amount bigint NOT NULL CHECK (amount >= 0),         -- piastres in cash
        reversed_by text,
        reversed_at timestamptz,
        reason text,
        CHECK ((reversed_by IS NULL) = (reversed_at IS NULL))
    )
    """,
    "CREATE INDEX free_sale_outlet_day ON free_sale (outlet_id, business_day)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
