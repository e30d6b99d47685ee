"""Settled events that stood aside are listed in the order in which they were settled."""

from alembic import op

from chassis.ddl import settled_in_order_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in settled_in_order_ddl():
        op.execute(statement)
