"""Rows of policies that were wrong, kept beside the book."""

from alembic import op

from policybook.ddl import corrections_ddl

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in corrections_ddl():
        op.execute(statement)
