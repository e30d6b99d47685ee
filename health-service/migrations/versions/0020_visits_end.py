"""Visits end by functions of the owner, with what hangs on them; legal holds."""

from alembic import op

from chassis.migrations import ending_ddl
from chassis.privacy.ending import legal_holds_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_PATIENT = "(t.patient_id IN (SELECT b.citizen_id FROM held_back b))"
# A visit that is not paid or looked at yet is not over; one whose referral or reversal is younger waits for it.
PAST = (
    "t.occurred_at < {before} AND t.copayment_state NOT IN ('due', 'review')"
    " AND t.review IS DISTINCT FROM 'open'"
    " AND NOT EXISTS (SELECT FROM referral r WHERE r.encounter_id = t.encounter_id)"
    " AND NOT EXISTS (SELECT FROM encounter_reversal r WHERE r.encounter_id = t.encounter_id)"
)
# What counts in a cap of a month or a year ends with it; of a case, when no visit of the patient's is as young.
CAPS = (
    "CASE WHEN t.period LIKE 'month:%'"
    " THEN to_date(substr(t.period, 7), 'YYYY-MM') + interval '1 month' < {before}"
    " WHEN t.period LIKE 'year:%' THEN make_date(substr(t.period, 6)::int, 1, 1) + interval '1 year' < {before}"
    " ELSE NOT EXISTS (SELECT FROM encounter e WHERE e.patient_id = t.patient_id AND e.occurred_at >= {before})"
    " END"
)
ENDS: list[str] = [
    *ending_ddl(
        "DELETE FROM encounter_reversal",
        "t.reversed_at < {before}",
        "(t.encounter_id IN (SELECT e.encounter_id FROM encounter e JOIN held_back b ON b.citizen_id = e.patient_id))",
        60,
    ),
    *ending_ddl("DELETE FROM encounter", PAST, _PATIENT, 60),
    *ending_ddl("DELETE FROM cap_use", CAPS, _PATIENT, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*legal_holds_ddl(), *ENDS):
        op.execute(statement)
