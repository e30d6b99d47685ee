"""What no keyword answers: kept for a while, and, where it is said again, a question for a person."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0046"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE unclear_text (
        text_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        at timestamptz NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    "CREATE INDEX unclear_text_citizen ON unclear_text (citizen_id)",
    "CREATE INDEX unclear_text_age ON unclear_text (at)",
    """
    CREATE TABLE question (
        question_id uuid PRIMARY KEY,
        citizen_id uuid,                  -- none once the citizen's data are erased
        household_id uuid,
        governorate text,
        state text NOT NULL CHECK (state IN ('open', 'answered', 'complaint', 'closed')),
        asked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        claimed_by text,
        claimed_until timestamptz,
        ended_by text,
        ended_at timestamptz,
        complaint_id uuid REFERENCES complaint,
        changed_at timestamptz NOT NULL,
        CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
        CHECK ((state = 'open') = (ended_at IS NULL)),
        CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
        CHECK ((state = 'complaint') = (complaint_id IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX question_open ON question (citizen_id) WHERE state = 'open'",
    "CREATE INDEX question_citizen ON question (citizen_id)",
    "CREATE INDEX question_due ON question (due_at) WHERE state = 'open'",
    """
    CREATE TABLE question_text (
        question_id uuid NOT NULL REFERENCES question,
        place integer NOT NULL,
        who text NOT NULL,
        at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (question_id, place)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
