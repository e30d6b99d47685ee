"""Likely duplicates, and how far the job that finds them has come."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE duplicate (
        duplicate_id uuid PRIMARY KEY,
        first_id uuid NOT NULL REFERENCES citizen,
        second_id uuid NOT NULL REFERENCES citizen,
        score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
        reasons text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'different', 'same', 'dropped')),
        kept uuid,
        found_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        CONSTRAINT one_row_a_pair UNIQUE (first_id, second_id),
        CONSTRAINT two_people CHECK (first_id < second_id),
        CONSTRAINT who_is_kept_is_one_of_them
            CHECK ((state = 'same') = (kept IS NOT NULL) AND (kept IS NULL OR kept IN (first_id, second_id))),
        CONSTRAINT decisions_are_somebodys CHECK ((state IN ('different', 'same')) = (decided_by IS NOT NULL)
            AND (decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decision_reason IS NULL))
    )
    """,
    "CREATE INDEX duplicate_second ON duplicate (second_id)",
    "CREATE INDEX duplicate_state ON duplicate (state, duplicate_id)",
    # One row: the job's place in the order of commits of citizens. It begins with those of before.
    """
    CREATE TABLE duplicate_cursor (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        posted xid8 NOT NULL DEFAULT '0',
        citizen_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
    )
    """,
    "INSERT INTO duplicate_cursor DEFAULT VALUES",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
