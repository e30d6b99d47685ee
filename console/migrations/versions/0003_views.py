"""Views of lists that people keep under names of their own."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A view is a list's filter: its query names kinds, states and places, never a person."""
    op.execute(
        """
        CREATE TABLE saved_view (
            view_id uuid PRIMARY KEY,
            subject text NOT NULL,
            place text NOT NULL,
            query text NOT NULL,
            name_sealed bytea NOT NULL,
            created_at timestamptz NOT NULL,
            UNIQUE (subject, place, query)
        )
        """
    )
