"""What is published of the roll-out for everyone."""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE progress_run (
        governorate text PRIMARY KEY,
        week date NOT NULL,
        published_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE progress_batch (
        governorate text NOT NULL,
        step text NOT NULL CHECK (step IN ('registered', 'invited', 'collected', 'activated', 'first_used')),
        first_week date NOT NULL,
        total integer NOT NULL CHECK (total >= 0),
        PRIMARY KEY (governorate, step, first_week)
    )
    """,
    """
    CREATE TABLE progress_cell (
        governorate text NOT NULL,
        step text NOT NULL,
        first_week date NOT NULL,
        week date NOT NULL CHECK (week >= first_week),
        households integer CHECK (households >= 0),     -- null: withheld
        PRIMARY KEY (governorate, step, week),
        FOREIGN KEY (governorate, step, first_week) REFERENCES progress_batch
    )
    """,
    """
    CREATE TABLE progress_stock (
        governorate text PRIMARY KEY,
        households integer NOT NULL CHECK (households >= 0),
        counted_on date NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
