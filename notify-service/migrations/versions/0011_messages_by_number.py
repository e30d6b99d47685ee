"""Messages carry a number given under a lock, in the order of their commits; the list is read by it.

An id orders nothing: it is made before the message is written, in several processes. What was queued before has no
number and keeps its order by the id, before everything that has one.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = [
    "CREATE SEQUENCE message_posting AS bigint",
    # Without a default at first: one that is not constant would rewrite the table.
    "ALTER TABLE message ADD COLUMN posting bigint",
    "ALTER TABLE message ALTER COLUMN posting SET DEFAULT nextval('message_posting')",
    "CREATE INDEX message_in_order ON message (coalesce(posting, 0), id)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
