"""Since when a card is blocked or closed: a visit made before is entered, however late."""

from alembic import op

from chassis.restating.ddl import lacking

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE card ADD COLUMN blocked_at timestamptz, ADD COLUMN closed_at timestamptz")
    lack = "EXISTS (SELECT FROM card WHERE state = 'closed' OR blocked)"
    op.execute(lacking("card", 2, "since when cards are blocked or closed", lack))
