"""Trials: which providers and households only try the system."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CHANGES = [
    "ALTER TABLE provider ADD COLUMN trial boolean NOT NULL DEFAULT false",
    "CREATE TABLE trial_household (household_id uuid PRIMARY KEY)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in CHANGES:
        op.execute(statement)
