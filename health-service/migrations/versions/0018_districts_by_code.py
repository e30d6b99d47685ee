"""Districts by the codes of the list; a word that is not in it stays, and is listed as unlisted."""

from alembic import op

from chassis.migrations import adopt_districts

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("provider", "proposal")


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    adopt_districts(op.get_bind(), *TABLES)
