"""Complaints: where they stand, what was done with them, and what was said."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = [
    "CREATE SEQUENCE complaint_number START 100001",
    """
    CREATE TABLE complaint (
        complaint_id uuid PRIMARY KEY,
        number bigint NOT NULL UNIQUE,
        citizen_id uuid,
        household_id uuid,
        governorate text,
        category text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('sms', 'desk', 'page', 'api')),
        about text CHECK (about IN ('card', 'sale', 'appointment', 'payout')),
        about_id uuid,
        state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
        level text NOT NULL CHECK (level IN ('governorate', 'nation')),
        entered_at timestamptz NOT NULL,
        first_due timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        claimed_by text,
        claimed_until timestamptz,
        answered_by text,
        answered_at timestamptz,
        reopened integer NOT NULL CHECK (reopened >= 0),
        appealed boolean NOT NULL,
        changed_at timestamptz NOT NULL,
        CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
        CHECK ((about IS NULL) = (about_id IS NULL)),
        CHECK (state = 'open' OR answered_at IS NOT NULL)
    )
    """,
    "CREATE INDEX complaint_citizen ON complaint (citizen_id)",
    "CREATE INDEX complaint_open ON complaint (due_at) WHERE state = 'open'",
    "CREATE INDEX complaint_answered ON complaint (answered_at) WHERE state = 'answered'",
    "CREATE INDEX complaint_entered ON complaint (entered_at)",
    """
    CREATE TABLE complaint_step (
        complaint_id uuid NOT NULL REFERENCES complaint,
        step integer NOT NULL,
        act text NOT NULL,
        who text NOT NULL,
        at timestamptz NOT NULL,
        category text NOT NULL,
        level text NOT NULL,
        PRIMARY KEY (complaint_id, step)
    )
    """,
    """
    CREATE TABLE complaint_text (
        complaint_id uuid NOT NULL,
        step integer NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (complaint_id, step),
        FOREIGN KEY (complaint_id, step) REFERENCES complaint_step
    )
    """,
    "ALTER TABLE inbound_message DROP CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE inbound_message ADD CONSTRAINT inbound_message_topic_check CHECK"
    " (topic IN ('balance', 'help', 'opt_out', 'opt_in', 'debits_digest', 'debits_at_once', 'lost', 'complaint'))"
    " NOT VALID",
    "ALTER TABLE inbound_message VALIDATE CONSTRAINT inbound_message_topic_check",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
