"""The policies' version stands in a table of its own, that of the library of policies.

The old counter's row stays: a process of the release before that still runs reads it.
"""

from alembic import op

from policybook.ddl import version_ddl

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in version_ddl():
        op.execute(statement)
    op.execute(
        "UPDATE policy_version SET version = c.version FROM change_counter c WHERE c.subject = 'policies'"
    )
