"""Whose data are restricted, and what was erased of whom."""

from alembic import op

from chassis.migrations import privacy_ddl

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ERASURE = [
    """
    CREATE TABLE erasure (
        erasure_id uuid PRIMARY KEY,              -- of its proposal
        citizen_id uuid NOT NULL,
        household_id uuid,
        card_ids uuid[] NOT NULL,
        decided_at timestamptz NOT NULL,          -- business time
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        done_at timestamptz
    )
    """,
    "CREATE INDEX erasure_of_citizen ON erasure (citizen_id, erasure_id)",
    "CREATE INDEX erasure_open ON erasure (told_at) WHERE done_at IS NULL",
    """
    CREATE TABLE erasure_part (
        erasure_id uuid NOT NULL REFERENCES erasure,
        service text NOT NULL,
        outcome text NOT NULL,                    -- JSON: counts by table, with legal bases; no data
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (erasure_id, service)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*privacy_ddl(), *ERASURE):
        op.execute(statement)
