"""Whoever asked for it hears of many debits of a day in one message."""

from alembic import op

from chassis.migrations import ending_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE inbound_message DROP CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE inbound_message ADD CONSTRAINT inbound_message_topic_check CHECK"
    " (topic IN ('balance', 'help', 'opt_out', 'opt_in', 'debits_digest', 'debits_at_once')) NOT VALID",
    "ALTER TABLE inbound_message VALIDATE CONSTRAINT inbound_message_topic_check",
    "ALTER TABLE contact ADD COLUMN debits_digest boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE debit_day (
        citizen_id uuid NOT NULL,
        day date NOT NULL,
        household_id uuid NOT NULL,
        told integer NOT NULL CHECK (told >= 0),        -- one by one
        waiting integer NOT NULL CHECK (waiting >= 0),  -- to be told together
        amount bigint NOT NULL CHECK (amount >= 0),     -- piastres, of those that wait
        PRIMARY KEY (citizen_id, day),
        CONSTRAINT debit_day_nothing_waits CHECK (waiting > 0 OR amount = 0)
    )
    """,
    "CREATE INDEX debit_day_waiting ON debit_day (day) WHERE waiting > 0",
    *ending_ddl(
        "DELETE FROM debit_day",
        "t.day::timestamptz < {before} AND t.waiting = 0",
        "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b))",
        12,
    ),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
