"""What was decided of disputes, once each."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE dispute_decision (
        dispute_id uuid PRIMARY KEY REFERENCES dispute ON DELETE CASCADE,
        upheld boolean NOT NULL,
        reason text NOT NULL,
        proposed_by text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
