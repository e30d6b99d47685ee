"""Whose data are restricted, and what was erased of whom."""

from alembic import op

from chassis.migrations import privacy_ddl

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in privacy_ddl():
        op.execute(statement)
