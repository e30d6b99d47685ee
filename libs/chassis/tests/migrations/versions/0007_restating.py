"""State told again, by a service and to it."""

from alembic import op
from chassis.restating.ddl import restating_ddl

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for statement in restating_ddl():
        op.execute(statement)
