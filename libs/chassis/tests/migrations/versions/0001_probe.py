"""A service of the tests: the chassis' tables and one of its own."""

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in chassis_ddl():
        op.execute(statement)
    op.execute("CREATE TABLE note (id uuid PRIMARY KEY, text text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    op.execute("CREATE TABLE seen (id bigint GENERATED ALWAYS AS IDENTITY, key text, number integer)")
