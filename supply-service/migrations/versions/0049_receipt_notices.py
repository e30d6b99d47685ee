"""Notices that terminals print on receipts, and whom they were shown."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE receipt_notice (
        notice_id uuid PRIMARY KEY,
        governorate text,
        district text,
        programmes text[] NOT NULL,
        first_day date NOT NULL,
        last_day date NOT NULL,
        ar text[] NOT NULL,
        en text[] NOT NULL,
        withdrawn_at timestamptz
    )
    """,
    "CREATE INDEX receipt_notice_last_day ON receipt_notice (last_day)",
    """
    CREATE TABLE receipt_notice_shown (
        notice_id uuid NOT NULL REFERENCES receipt_notice,
        household_id uuid NOT NULL,
        first_day date NOT NULL,
        PRIMARY KEY (notice_id, household_id)
    )
    """,
    "CREATE INDEX receipt_notice_shown_household ON receipt_notice_shown (household_id)",
    """
    CREATE TABLE receipt_notice_figure (
        notice_id uuid NOT NULL REFERENCES receipt_notice,
        governorate text NOT NULL,
        households bigint NOT NULL,
        receipts bigint NOT NULL,
        PRIMARY KEY (notice_id, governorate)
    )
    """,
    # one row: how far sales were looked at
    "CREATE TABLE receipt_notice_count (one boolean PRIMARY KEY DEFAULT true CHECK (one), after uuid NOT NULL)",
    "INSERT INTO receipt_notice_count (after) VALUES ('00000000-0000-0000-0000-000000000000')",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
