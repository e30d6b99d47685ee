"""Use of the cards, as supply-service tells it day by day."""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE sales_day (
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        model text NOT NULL,                    -- of its terminals; empty where an outlet has none
        kind text NOT NULL,
        governorate text NOT NULL,
        district text NOT NULL,
        suspended boolean NOT NULL,
        terminals integer NOT NULL CHECK (terminals >= 0),
        ready integer NOT NULL CHECK (ready BETWEEN 0 AND terminals),
        sales integer NOT NULL CHECK (sales >= 0),
        PRIMARY KEY (outlet_id, business_day, model)
    )
    """,
    "CREATE INDEX sales_day_place ON sales_day (governorate, business_day)",
    """
    CREATE TABLE sales_refusal (
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        model text NOT NULL,
        code text NOT NULL,
        refused integer NOT NULL CHECK (refused > 0),
        PRIMARY KEY (outlet_id, business_day, model, code)
    )
    """,
    """
    CREATE TABLE household_use (
        household_id uuid PRIMARY KEY,
        first_used_on date NOT NULL,
        used_on date NOT NULL CHECK (used_on >= first_used_on)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
