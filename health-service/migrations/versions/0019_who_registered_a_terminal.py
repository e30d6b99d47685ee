"""Who registered a terminal is kept, so that it can be told again."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of those registered before it is not known, nor of what the version before this one registers meanwhile."""
    op.execute("ALTER TABLE clinic_terminal ADD COLUMN authority text")
