"""Since when a card is closed: a sale made before is good, however late it comes."""

from alembic import op

from chassis.restating.ddl import lacking

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE card ADD COLUMN closed_at timestamptz")
    op.execute(lacking("card", 2, "since when cards are closed", "EXISTS (SELECT FROM card WHERE state = 'closed')"))
