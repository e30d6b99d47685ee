"""A month of rations ends as a whole, its pots first: what proves a pot is there as long as it is."""

from alembic import op

from chassis.migrations import ending_ddl, month_ending_ddl
from chassis.privacy.ending import legal_holds_ddl

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"
_PERSON_HELD_BACK = f"(t.citizen_id IN (SELECT b.citizen_id FROM held_back b) OR {_HELD_BACK})"
_OVER = "t.period + interval '1 month' < {before}"
ENDS: list[str] = [
    "DROP FUNCTION end_redemption(timestamptz, integer)",  # made anew: a month with somebody held back is dropped too
    *ending_ddl("DELETE FROM pot", _OVER, _HELD_BACK, 60),
    *ending_ddl("DELETE FROM pot_correction", _OVER, _HELD_BACK, 60),
    *month_ending_ddl("DELETE FROM redemption", "INSERT INTO redemption", _HELD_BACK, 60),
    *month_ending_ddl("DELETE FROM entry", "INSERT INTO entry", _HELD_BACK, 60),
    *ending_ddl("DELETE FROM reversal", "date_trunc('month', t.business_day) + interval '1 month' < {before}", _HELD_BACK, 60),
    *ending_ddl("DELETE FROM death", "t.told_at < {before} AND t.reckoned_at IS NOT NULL", _PERSON_HELD_BACK, 60),
    *ending_ddl("DELETE FROM drawn_after_death", "t.found_at < {before}", _PERSON_HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*legal_holds_ddl(), *ENDS):
        op.execute(statement)
