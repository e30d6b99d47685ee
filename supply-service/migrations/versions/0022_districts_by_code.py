"""Districts by the codes of the list; a word that is not in it stays, and is listed as unlisted."""

from alembic import op

from chassis.migrations import adopt_districts

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = ("household", "outlet", "proposal")


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    adopt_districts(op.get_bind(), *TABLES)
