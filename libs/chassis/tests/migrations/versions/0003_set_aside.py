"""What fails alone in a worker stands aside alone."""

from alembic import op
from chassis.migrations import aside_ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in aside_ddl():
        op.execute(statement)
