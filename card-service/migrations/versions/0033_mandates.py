"""Mandates: who else may prove for a card's holder, from when until when."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE mandate (
        mandate_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,               -- for whom
        proxy_id uuid NOT NULL CHECK (proxy_id <> citizen_id),
        begins_on date NOT NULL,
        ends_on date NOT NULL CHECK (ends_on >= begins_on),
        document text NOT NULL,
        ended_at timestamptz,
        ended_because text CHECK (ended_because IN ('withdrawn', 'over', 'holder_died', 'proxy_died')),
        CHECK ((ended_at IS NULL) = (ended_because IS NULL))
    )
    """,
    "CREATE INDEX mandate_citizen ON mandate (citizen_id, mandate_id)",
    "CREATE INDEX mandate_proxy ON mandate (proxy_id)",
    "CREATE INDEX mandate_lasting ON mandate (mandate_id) WHERE ended_at IS NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
