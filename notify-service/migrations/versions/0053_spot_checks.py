"""«Did you receive it?»: what was drawn, asked and answered."""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0051"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE spot_check (
        check_id uuid PRIMARY KEY,
        about text NOT NULL CHECK (about IN ('payout', 'handover')),
        subject uuid,                     -- the payout, or the card; none once the citizen's data are erased
        programme text,                   -- of a payout
        citizen_id uuid,
        household_id uuid,
        governorate text,                 -- where the citizen lived when asked
        happened_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'asked', 'received', 'not_received', 'left_out')),
        reason text,                      -- why it was left out
        asked_at timestamptz,
        answered_at timestamptz,
        complaint_id uuid REFERENCES complaint,
        changed_at timestamptz NOT NULL,
        UNIQUE (about, subject),
        CHECK ((state IN ('waiting', 'left_out')) = (asked_at IS NULL)),
        CHECK ((state IN ('received', 'not_received')) = (answered_at IS NOT NULL)),
        CHECK ((state = 'left_out') = (reason IS NOT NULL)),
        CHECK (complaint_id IS NULL OR state = 'not_received')
    )
    """,
    "CREATE INDEX spot_check_due ON spot_check (due_at) WHERE state = 'waiting'",
    "CREATE INDEX spot_check_asked ON spot_check (asked_at)",
    "CREATE INDEX spot_check_citizen ON spot_check (citizen_id)",
    "ALTER TABLE inbound_message DROP CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE inbound_message ADD CONSTRAINT inbound_message_topic_check CHECK"
    " (topic IN ('balance', 'help', 'opt_out', 'opt_in', 'debits_digest', 'debits_at_once', 'lost', 'complaint',"
    " 'card', 'appointment', 'stop', 'nearest', 'language_ar', 'language_en', 'received', 'not_received', 'unclear'))"
    " NOT VALID",
    "ALTER TABLE inbound_message VALIDATE CONSTRAINT inbound_message_topic_check",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
