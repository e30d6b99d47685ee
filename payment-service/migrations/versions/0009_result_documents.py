"""A stored answer is the document of a result; the status it has over HTTP is the door's affair."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE ledger_answer ALTER COLUMN status SET DEFAULT 201")
