"""Bread that an inspector lets a bakery sell to people without a card."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE inspector_draw (
        draw_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        loaves integer NOT NULL CHECK (loaves > 0),
        amount bigint NOT NULL CHECK (amount >= 0),         -- piastres that the buyers pay in cash
        reason text NOT NULL,
        drawn_by text NOT NULL,
        drawn_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
    )
    """,
    "CREATE INDEX inspector_draw_outlet_day ON inspector_draw (outlet_id, business_day)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
