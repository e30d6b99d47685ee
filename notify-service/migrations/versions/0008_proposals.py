"""Decisions by two persons: proposals with their acts; policies that may be withdrawn before they begin."""

from alembic import op

from approvals.ddl import approvals_ddl
from policybook.ddl import withdrawal_ddl

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*approvals_ddl(), *withdrawal_ddl()):
        op.execute(statement)
