"""Who has seen or changed what: appended only, chained under a key."""

from alembic import op
from chassis.migrations import records_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in records_ddl():
        op.execute(statement)
