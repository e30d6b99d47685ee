"""The language a citizen chose, and the topics that messages about languages, places and nothing known are of."""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STATEMENTS = [
    # beside the language the register tells, which it tells again with each change of the contact
    "ALTER TABLE contact ADD COLUMN chosen_language text CHECK (chosen_language IN ('ar', 'en'))",
    "ALTER TABLE inbound_message DROP CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE inbound_message ADD CONSTRAINT inbound_message_topic_check CHECK"
    " (topic IN ('balance', 'help', 'opt_out', 'opt_in', 'debits_digest', 'debits_at_once', 'lost', 'complaint',"
    " 'card', 'appointment', 'stop', 'nearest', 'language_ar', 'language_en', 'unclear')) NOT VALID",
    "ALTER TABLE inbound_message VALIDATE CONSTRAINT inbound_message_topic_check",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
