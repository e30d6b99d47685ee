"""Hours that were offered to a card's holder by SMS, by the number with which one is chosen."""

from __future__ import annotations

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE appointment_offer (
        card_id uuid NOT NULL REFERENCES card,
        number integer NOT NULL CHECK (number >= 1),
        site_id uuid NOT NULL REFERENCES pickup_site,
        starts_at timestamptz NOT NULL,
        offered_at timestamptz NOT NULL,
        PRIMARY KEY (card_id, number)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
