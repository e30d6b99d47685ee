"""An event that stood aside keeps who settled it, and why."""

from alembic import op
from chassis.ddl import settled_ddl

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for statement in settled_ddl():
        op.execute(statement)
