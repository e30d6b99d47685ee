"""Goods or bread given as cash are an entry of their month; lists of households: categories, and who has a grant."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE entry DROP CONSTRAINT entry_kind_check",
    """
    ALTER TABLE entry ADD CONSTRAINT entry_kind_check CHECK (
        kind IN ('draw', 'reversal', 'debt', 'taken_back', 'overdraw', 'overdraw_reversal', 'cash')
    ) NOT VALID
    """,
    """
    CREATE TABLE listed_household (
        household_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('category', 'grant')),
        name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
        since date NOT NULL,
        until date CHECK (until >= since),      -- its last day; NULL: for good
        PRIMARY KEY (household_id, kind, name, since)
    )
    """,
    "CREATE INDEX listed_household_list ON listed_household (kind, name)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
