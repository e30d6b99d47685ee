"""What is held back from a citizen for an investigation, asked by one person and decided by another."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(
        """
        CREATE TABLE disclosure_delay (
            delay_id uuid PRIMARY KEY,
            citizen_id uuid NOT NULL,
            case_number text NOT NULL,
            reason text NOT NULL,
            until date NOT NULL,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL,
            decided_by text CHECK (decided_by <> asked_by),
            decided_at timestamptz,
            CHECK ((decided_by IS NULL) = (decided_at IS NULL))
        )
        """
    )
    op.execute("CREATE INDEX disclosure_delay_of ON disclosure_delay (citizen_id)")
