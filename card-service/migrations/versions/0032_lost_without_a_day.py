"""Lost cards whose block has no day on which it is over are found by themselves, to be given one."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what the job looks for: few cards at any time."""
    op.execute(
        "CREATE INDEX card_lost_without_a_day ON card (card_id)"
        " WHERE state = 'blocked' AND block_reason = 'lost' AND lapses_at IS NULL"
    )
