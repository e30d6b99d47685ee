"""Who is dead and is told nothing any more."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("CREATE TABLE deceased (citizen_id uuid PRIMARY KEY, died_on date NOT NULL)")
