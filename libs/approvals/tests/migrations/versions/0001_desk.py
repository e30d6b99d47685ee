"""A service of the tests: the chassis' tables, those of proposals, and one of its own."""

from alembic import op
from approvals.ddl import approvals_ddl
from chassis.ddl import settled_ddl, settled_in_order_ddl
from chassis.migrations import aside_ddl, chassis_ddl, outbox_functions_ddl, records_ddl, training_ddl

revision = "0001"
down_revision = None


def upgrade() -> None:
    aside = (*aside_ddl(), *settled_ddl(), *settled_in_order_ddl())
    chassis = (*chassis_ddl(), *training_ddl(), *aside, *records_ddl(), *outbox_functions_ddl())
    for statement in (*chassis, *approvals_ddl()):
        op.execute(statement)
    op.execute("CREATE TABLE budget (name text PRIMARY KEY, amount bigint NOT NULL, spent_by text)")
