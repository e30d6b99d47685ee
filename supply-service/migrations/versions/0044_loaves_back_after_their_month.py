"""Loaves that come back after their month has become points: an entry that raises what those were granted."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE entry DROP CONSTRAINT entry_kind_check",
    """
    ALTER TABLE entry ADD CONSTRAINT entry_kind_check CHECK (kind IN (
        'draw', 'reversal', 'debt', 'taken_back', 'overdraw', 'overdraw_reversal', 'cash', 'credited'
    )) NOT VALID
    """,
]


def upgrade() -> None:
    """Let entries be of one kind more."""
    for statement in STATEMENTS:
        op.execute(statement)
