"""The table of dated policies."""

from alembic import op
from policybook.ddl import policies_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in policies_ddl():
        op.execute(statement)
