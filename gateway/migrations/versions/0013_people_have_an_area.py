"""Where people work, so that administrators of an area see those of their own."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE person ADD COLUMN area text NOT NULL DEFAULT '*' REFERENCES area")
