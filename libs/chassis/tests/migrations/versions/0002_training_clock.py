"""What services of an earlier version get later."""

from alembic import op
from chassis.migrations import training_ddl

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for statement in training_ddl():
        op.execute(statement)
