"""Dated policies, decisions by two persons, and who settled an event that stood aside."""

from alembic import op

from approvals.ddl import approvals_ddl
from chassis.ddl import settled_ddl
from policybook.ddl import policies_ddl, withdrawal_ddl

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*policies_ddl(), *withdrawal_ddl(), *approvals_ddl(), *settled_ddl()):
        op.execute(statement)
