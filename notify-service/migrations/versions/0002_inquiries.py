"""Questions whose answer is put together from several services."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE inquiry (
        inquiry_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        household_id uuid NOT NULL,
        asked_at timestamptz NOT NULL,
        answer_by timestamptz NOT NULL,   -- of the machine's time: then it is answered with what there is
        supply bytea,                     -- sealed: what each service has stated
        wallet bytea,
        answered_at timestamptz
    )
    """,
    "CREATE INDEX inquiry_open ON inquiry (answer_by) WHERE answered_at IS NULL",
    "CREATE INDEX inquiry_age ON inquiry (asked_at)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
