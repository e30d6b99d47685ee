"""Finished requests and old results of imports end; who is asked or looked into is held back."""

from alembic import op

from chassis.ddl import OWN_SCHEMA, definer
from chassis.migrations import ending_ddl
from chassis.privacy.ending import legal_holds_ddl
from chassis.retention_ddl import refuse_younger

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Whoever has a request open, an appeal, or a claim on months, and the household it is about.
_OPEN = (
    "SELECT r.request_id, r.citizen_id, r.household_id FROM change_request r"
    " WHERE r.state IN ('unproven', 'waiting', 'announced') OR r.appeal = 'open'"
    " UNION SELECT c.request_id, c.citizen_id, c.household_id FROM months_claim c WHERE c.state = 'open'"
)
HELD_BACK = (
    f"SELECT o.citizen_id FROM ({_OPEN}) o WHERE o.citizen_id IS NOT NULL",
    f"SELECT m.citizen_id FROM ({_OPEN}) o JOIN citizen m USING (household_id)",
)
OVER = (
    "t.state IN ('done', 'refused', 'withdrawn', 'lapsed') AND t.appeal IS DISTINCT FROM 'open'"
    " AND greatest(t.updated_at, t.appeal_until::timestamptz) < {before}"
    " AND NOT EXISTS (SELECT FROM months_claim c WHERE c.request_id = t.request_id"
    " AND (c.decided_at IS NULL OR c.decided_at >= {before}))"
)
_KEPT = (
    "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b)"
    " OR t.household_id IN (SELECT h.household_id FROM citizen h JOIN held_back b USING (citizen_id)))"
)
# A request ends with all that hangs on it: acts, evidence and who has seen it, codes, a decided claim.
REQUESTS = [
    OWN_SCHEMA,
    definer(
        "end_change_request(before timestamptz, most integer) RETURNS bigint",
        f"""
    DECLARE
        gone uuid[];
    BEGIN {refuse_younger(12)}
        gone := ARRAY(SELECT t.request_id FROM change_request t
            WHERE {OVER.format(before="before")} AND NOT {_KEPT} LIMIT most FOR UPDATE);
        DELETE FROM change_request_view v USING change_request_evidence e
            WHERE e.evidence_id = v.evidence_id AND e.request_id = ANY(gone);
        DELETE FROM change_request_evidence WHERE request_id = ANY(gone);
        DELETE FROM change_request_act WHERE request_id = ANY(gone);
        DELETE FROM mobile_code WHERE request_id = ANY(gone);
        DELETE FROM months_claim WHERE request_id = ANY(gone);
        DELETE FROM change_request WHERE request_id = ANY(gone);
        RETURN cardinality(gone);
    END
    """,  # noqa: S608 - words of this revision alone
    ),
]
_FINISHED = (
    "EXISTS (SELECT FROM import_job j WHERE j.import_id = t.import_id AND j.finished_at < {before})"
)
FILES = [
    *ending_ddl("DELETE FROM import_result", _FINISHED, "false", 1),
    # Somebody of the household counts in what is held back, whoever of them it is about.
    *ending_ddl(
        "DELETE FROM membership",
        "t.until::timestamptz + interval '12 months' < {before}",
        "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b) OR t.household_id IN"
        " (SELECT m.household_id FROM membership m JOIN held_back b USING (citizen_id)))",
        60,
    ),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*legal_holds_ddl(*HELD_BACK), *REQUESTS, *FILES):
        op.execute(statement)
