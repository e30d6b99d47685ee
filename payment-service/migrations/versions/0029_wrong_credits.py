"""Wrong credits in wallets: what two persons have decided to take back of each, and what of it was there to be taken."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE wallet_correction (
        credit_id uuid PRIMARY KEY,             -- the transfer that was wrong
        wallet_id uuid NOT NULL,
        citizen_id uuid NOT NULL,
        decided bigint NOT NULL CHECK (decided > 0),
        taken bigint NOT NULL CHECK (taken BETWEEN 0 AND decided),  -- the rest is owed
        corrected_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX wallet_correction_citizen ON wallet_correction (citizen_id)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
