"""Lists that somebody asked to print: recorded as requested, since nobody here sees a printer."""

from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A request names a place and a day, never a person on the list."""
    op.execute(
        """
        CREATE TABLE print_request (
            request_id uuid PRIMARY KEY,
            subject text NOT NULL,
            site_id uuid NOT NULL,
            day date NOT NULL,
            requested_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX print_request_of_day ON print_request (site_id, day, requested_at)")
