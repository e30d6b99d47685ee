"""A session can be locked, and opened by a PIN that is kept as a keyed hash."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions of before have no PIN and are not locked."""
    op.execute(
        "ALTER TABLE session ADD COLUMN pin_mark bytea, ADD COLUMN pin_tries integer NOT NULL DEFAULT 0,"
        " ADD COLUMN locked_at timestamptz"
    )
