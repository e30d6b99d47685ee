"""Trials: which households and outlets only try the system, and what of their sales was told."""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

CHANGES = [
    "ALTER TABLE household ADD COLUMN trial boolean NOT NULL DEFAULT false",
    "ALTER TABLE outlet ADD COLUMN trial boolean NOT NULL DEFAULT false",
    "CREATE INDEX outlet_trial ON outlet (outlet_id) WHERE trial",
    """
    CREATE TABLE trial_sale_told (
        source_id uuid PRIMARY KEY,             -- of the sale, or of its reversal
        told_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in CHANGES:
        op.execute(statement)
