"""What is past its time ends by functions of the owner; whoever is held back from it."""

from alembic import op

from chassis.migrations import ending_ddl, month_ending_ddl
from chassis.privacy.ending import rights_ending_ddl

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"
ENDS: list[str] = [
    *month_ending_ddl("DELETE FROM redemption", "INSERT INTO redemption", _HELD_BACK, 60),
    *ending_ddl("DELETE FROM tender", "t.business_day::timestamptz < {before}", _HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*rights_ending_ddl(), *ENDS):
        op.execute(statement)
