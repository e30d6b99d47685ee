"""A message that was not sent or delivered in its time has expired: a state of its own.

The worker says so of those that were called failed for it, step by step: the version before this one writes more.
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = "('queued', 'sending', 'sent', 'delivered', 'failed', 'expired', 'cancelled')"
ENDS = "('delivered', 'failed', 'expired', 'cancelled')"
CHECKS = {
    "message_status_check": f"status IN {STATES}",
    "message_check1": f"(status IN {ENDS}) = (ended_at IS NOT NULL)",
    "message_check2": "status NOT IN ('failed', 'expired') OR reason IS NOT NULL",
}
STATEMENTS = [
    statement
    for name, check in CHECKS.items()
    for statement in (
        f"ALTER TABLE message DROP CONSTRAINT {name}",
        f"ALTER TABLE message ADD CONSTRAINT {name} CHECK ({check}) NOT VALID",
        f"ALTER TABLE message VALIDATE CONSTRAINT {name}",
    )
] + [
    "CREATE INDEX message_expired_before ON message (id)"
    " WHERE status = 'failed' AND reason IN ('expired', 'no_contact')",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
