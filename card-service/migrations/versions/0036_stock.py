"""Stock: consignments of cards and what was counted of them, and what sites have counted."""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = [
    # Without `from_site` of the governorate's store, without `to_site` back to it.
    """
    CREATE TABLE consignment (
        consignment_id uuid PRIMARY KEY,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        from_site uuid REFERENCES pickup_site,
        to_site uuid REFERENCES pickup_site,
        dispatched_at timestamptz NOT NULL,
        dispatched_by text NOT NULL,
        received_at timestamptz,
        received_by text,
        CONSTRAINT it_goes_somewhere CHECK (from_site IS DISTINCT FROM to_site),
        CONSTRAINT receipt_is_whole CHECK ((received_at IS NULL) = (received_by IS NULL)),
        CONSTRAINT another_receives CHECK (received_by <> dispatched_by)
    )
    """,
    "CREATE INDEX consignment_on_the_way ON consignment (to_site) WHERE received_at IS NULL",
    """
    CREATE TABLE consignment_card (
        consignment_id uuid NOT NULL REFERENCES consignment,
        card_id uuid NOT NULL REFERENCES card,
        outcome text CHECK (outcome IN ('received', 'missing', 'damaged')),
        PRIMARY KEY (consignment_id, card_id)
    )
    """,
    "CREATE UNIQUE INDEX consignment_card_once ON consignment_card (card_id) WHERE outcome IS NULL",
    "CREATE INDEX consignment_card_card ON consignment_card (card_id)",
    """
    CREATE TABLE consignment_surplus (
        consignment_id uuid NOT NULL REFERENCES consignment,
        card_id uuid NOT NULL,                  -- as it was counted: a card of another list, or of nobody
        PRIMARY KEY (consignment_id, card_id)
    )
    """,
    """
    CREATE TABLE stock_count (
        count_id uuid PRIMARY KEY,
        site_id uuid NOT NULL REFERENCES pickup_site,
        day date NOT NULL,
        expected integer NOT NULL,
        counted integer NOT NULL,
        counted_at timestamptz NOT NULL,
        counted_by text NOT NULL,
        note text
    )
    """,
    "CREATE INDEX stock_count_day ON stock_count (site_id, day, count_id)",
    """
    CREATE TABLE stock_difference (
        count_id uuid NOT NULL REFERENCES stock_count,
        card_id uuid NOT NULL,
        missing boolean NOT NULL,
        PRIMARY KEY (count_id, card_id)
    )
    """,
    "CREATE INDEX card_step_stock ON card_step (site_id, at)"
    " WHERE (state = 'in_stock') <> (state_before IS NOT DISTINCT FROM 'in_stock')",
    "CREATE INDEX card_in_stock ON card (site_id) WHERE state IN ('in_stock', 'ready')",
    "CREATE INDEX card_to_send ON card (governorate, household_id, card_id) WHERE state = 'produced'",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
