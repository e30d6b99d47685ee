"""Appointments of before are dated, and those of a card found by the card.

On its own: nobody waits while rows are dated, and only writers of appointments do while the index is made.
"""

from __future__ import annotations

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# The first 48 bits of an id of version 7 are the milliseconds since 1970 at which it was made.
_MADE = (
    "to_timestamp(('x' || substr(replace(CAST(a.appointment_id AS text), '-', ''), 1, 12))::bit(48)::bigint / 1000.0)"
)
STATEMENTS = [
    # only where the card is older than its appointment: on site both are made at once
    f"UPDATE appointment a SET planned_at = {_MADE} FROM card c"
    " WHERE c.card_id = a.card_id AND c.order_id IS NOT NULL AND a.planned_at IS NULL"
    " AND substr(CAST(a.appointment_id AS text), 15, 1) = '7'",
    "CREATE INDEX appointment_card ON appointment (card_id, number)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
