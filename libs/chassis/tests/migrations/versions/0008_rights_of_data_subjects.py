"""Whose data are restricted, and what was erased of whom."""

from alembic import op
from chassis.migrations import privacy_ddl

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for statement in privacy_ddl():
        op.execute(statement)
