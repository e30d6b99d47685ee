"""A service of the tests: the chassis' tables, those of proposals, and one of its own."""

from alembic import op
from approvals.ddl import approvals_ddl
from chassis.migrations import aside_ddl, chassis_ddl, outbox_functions_ddl, training_ddl

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in (*chassis_ddl(), *training_ddl(), *aside_ddl(), *approvals_ddl(), *outbox_functions_ddl()):
        op.execute(statement)
    op.execute("CREATE TABLE budget (name text PRIMARY KEY, amount bigint NOT NULL, spent_by text)")
