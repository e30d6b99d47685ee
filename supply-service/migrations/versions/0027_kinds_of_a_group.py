"""Of a group of items with kinds a household has one in a month."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE catalogue_item ADD COLUMN limit_kind text CHECK (limit_kind ~ '^[a-z0-9_]{1,40}$')",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
