"""The outbox's partitions are made and dropped by functions of the owner."""

from alembic import op
from chassis.migrations import outbox_functions_ddl

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in outbox_functions_ddl():
        op.execute(statement)
