"""Where a training system's business time stands."""

from alembic import op
from chassis.migrations import training_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in training_ddl():
        op.execute(statement)
