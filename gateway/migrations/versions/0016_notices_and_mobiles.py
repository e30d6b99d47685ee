"""What people are told at their next sign-in and by SMS, and the mobile number, sealed, of who has given one."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE person ADD COLUMN mobile_sealed bytea")
    op.execute(
        """
        CREATE TABLE notice (
            notice_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            kind text NOT NULL CHECK (kind IN ('administrator_recovered')),
            about uuid NOT NULL REFERENCES person,
            at timestamptz NOT NULL,
            seen_at timestamptz,
            told_at timestamptz            -- by SMS; none for whoever has given no number
        )
        """
    )
    op.execute("CREATE INDEX notice_unseen ON notice (person_id) WHERE seen_at IS NULL")
    op.execute("CREATE INDEX notice_untold ON notice (at) WHERE told_at IS NULL")
