"""Until when a number that took another's place proves nothing."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE contact ADD COLUMN new_until timestamptz")
