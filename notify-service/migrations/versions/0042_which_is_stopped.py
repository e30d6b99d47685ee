"""A message that asks to stop something, without saying what, is a topic of its own."""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0036"
branch_labels = None
depends_on = None

TOPIC = [
    "ALTER TABLE inbound_message DROP CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE inbound_message ADD CONSTRAINT inbound_message_topic_check CHECK"
    " (topic IN ('balance', 'help', 'opt_out', 'opt_in', 'debits_digest', 'debits_at_once', 'lost', 'complaint',"
    " 'card', 'appointment', 'stop')) NOT VALID",
    "ALTER TABLE inbound_message VALIDATE CONSTRAINT inbound_message_topic_check",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TOPIC:
        op.execute(statement)
