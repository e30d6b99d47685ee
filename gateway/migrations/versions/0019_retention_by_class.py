"""What is past its time ends by functions of the owner; whoever is held back from it."""

from alembic import op

from chassis.migrations import ending_ddl
from chassis.privacy.ending import rights_ending_ddl

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ENDS: list[str] = ending_ddl("DELETE FROM disclosure_delay", "t.until::timestamptz < {before}", "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b))", 12)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*rights_ending_ddl(), *ENDS):
        op.execute(statement)
