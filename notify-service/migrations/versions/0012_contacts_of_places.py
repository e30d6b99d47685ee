"""Outlets and providers of care are reached, too: their numbers sealed, under the id of the place."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(
        """
        CREATE TABLE place_contact (
            place_id uuid PRIMARY KEY,
            language text NOT NULL CHECK (language IN ('ar', 'en')),
            sealed bytea NOT NULL,            -- the number, or that there is none any more
            changed_at timestamptz NOT NULL
        )
        """
    )
