"""What is past its time ends by functions of the owner; whoever is held back from it."""

from alembic import op

from chassis.migrations import ending_ddl
from chassis.privacy.ending import rights_ending_ddl

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ENDS = ending_ddl(
    "DELETE FROM appointment",
    "t.ends_at < {before} AND t.state <> 'scheduled'",
    "(t.card_id IN (SELECT h.card_id FROM card h JOIN held_back b USING (citizen_id)))",
    12,
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*rights_ending_ddl(), *ENDS):
        op.execute(statement)
