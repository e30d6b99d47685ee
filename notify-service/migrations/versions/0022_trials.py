"""Trials: which households only try the system."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("CREATE TABLE trial_household (household_id uuid PRIMARY KEY)")
