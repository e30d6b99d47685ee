"""Mandates say whether their proxy may prove, collect the card, or both; who collected a card for its holder is kept."""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = [
    # Mandates of before were given to prove: none of them collects.
    """
    ALTER TABLE mandate ADD COLUMN allows text[] NOT NULL DEFAULT '{prove}'
        CHECK (cardinality(allows) > 0 AND allows <@ '{prove,collect}')
    """,
    """
    CREATE TABLE card_collection (
        card_id uuid PRIMARY KEY REFERENCES card,
        proxy_id uuid NOT NULL,
        mandate_id uuid NOT NULL REFERENCES mandate,
        site_id uuid NOT NULL REFERENCES pickup_site,
        handed_over_by text NOT NULL,
        collected_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX card_collection_proxy ON card_collection (proxy_id, collected_at)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
