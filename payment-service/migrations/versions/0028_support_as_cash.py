"""Support given as cash: what supply-service has told to be due, and whom a household's money goes to."""

from __future__ import annotations

from alembic import op

from chassis.restating.ddl import lacking

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE household_head (
        household_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        revision integer NOT NULL               -- of the register's state that told
    )
    """,
    "CREATE INDEX household_head_citizen ON household_head (citizen_id)",
    """
    CREATE TABLE support_due (
        due_id uuid PRIMARY KEY,                -- follows from household, programme, month and what it comes to
        household_id uuid NOT NULL,
        programme text NOT NULL,                -- of payouts: cash_goods, cash_bread
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        amount bigint NOT NULL CHECK (amount > 0),
        told_at timestamptz NOT NULL,
        batch_id uuid REFERENCES payout_batch   -- the batch that pays it, or would have if it had not been withdrawn
    )
    """,
    "CREATE INDEX support_due_month ON support_due (programme, month, due_id)",
    "CREATE INDEX support_due_household ON support_due (household_id)",
    lacking("households", 1, "heads of households", "EXISTS (SELECT FROM wallet)"),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
